/** How a chart looks by itself, on a page or in an editor. */
export const CHART_STYLE = `
.chart{--paper:#fff;--ink:#18181b;--dim:#71717a;--line:#d4d4d8;--box:#fafafa;--inside:#f4f4f5;--edge:#a1a1aa}
@media (prefers-color-scheme:dark){.chart{--paper:#0a0a0b;--ink:#ededef;--dim:#a1a1aa;--line:#3f3f46;--box:#18181b;--inside:#111113;--edge:#71717a}}
.paper{fill:var(--paper)}.box{fill:var(--box);stroke:var(--line)}.compound>.box{fill:var(--inside)}
.region>.box{stroke:var(--edge);stroke-dasharray:6 4}
.inner{fill:none;stroke:var(--line)}.rule{stroke:var(--line);fill:none}
text{font:11px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:var(--dim)}
.name{font:600 13px ui-sans-serif,system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--ink)}
rect.anywhere{fill:var(--box);stroke:var(--edge);stroke-dasharray:3 3}
.row.invoke text{fill:var(--ink)}.row rect,.label rect{fill:none}.labels .ground{fill:var(--paper)}
.compound~.labels .ground{fill:var(--inside)}
.label text{fill:var(--ink)}.edge,.initial path{fill:none;stroke:var(--edge);stroke-width:1.2}
.head{fill:var(--edge)}.initial circle{fill:var(--edge)}
`;
