import type { Said, ToolCall, ToolResult } from '../../../client/client.ts';

/** What is shown of one thing that was said. */
export type Item = Said | ToolItem;

/** `result`: null while it runs. */
export type ToolItem = ToolCall & { result: ToolResult | null };

/** An item in its place. `version` changes with it. */
export interface Entry {
  number: number;
  version: number;
  /** ISO time at which it was said. */
  at: string;
  /** Which event of the history says it, counted from 0. */
  index: number;
  /** The tool call of the sub-agent that says it; null for the agent itself. */
  thread: string | null;
  item: Item;
  /** What a reader unfolded in it. */
  kept: Map<string, unknown>;
}
