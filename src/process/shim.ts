/**
 * A few lines of shell around a process that outlives the engine. They are passed with `-c`, so that an upgrade of the
 * engine cannot change a script that is running. `$1` is the folder, the rest is the command.
 *
 * - The shim ignores TERM, INT and HUP: it has to write down how the process ended.
 * - `stdin` is a file behind `tail -f`: its torn last line can be completed by the next engine, which is not so for a
 *   FIFO written directly.
 * - Spool and stdin are preallocated, so that a full disk breaks neither the process nor an interrupt.
 * - What an agent (a run that names its strays) leaves in the session when it has ended is killed, whatever its
 *   environment: nobody else can tell that it belongs to it.
 * - The process is an earlier victim of the kernel's memory killer than the engine.
 */
export const SHIM = `d=$1; shift; umask 077; trap : TERM INT HUP
echo $$ >"$d/shim" || exit 75
[ -e "$d/stdin" ] || : >"$d/stdin"; mkfifo "$d/pipe" || exit 75
{ : >>"$d/stdout"; fallocate -n -l 4194304 "$d/stdout"; fallocate -n -l 1048576 "$d/stdin"
echo 500 >/proc/self/oom_score_adj; } 2>/dev/null
tail -s 0.05 -c +1 -f "$d/stdin" >"$d/pipe" 2>/dev/null & t=$!
"$@" <"$d/pipe" >>"$d/stdout" 2>>"$d/stderr" & a=$!
echo $a >"$d/pid.tmp" && mv "$d/pid.tmp" "$d/pid"
while :; do wait $a; c=$?; kill -0 $a 2>/dev/null || break; done
kill $t 2>/dev/null
[ -e "$d/strays" ] && for s in /proc/[0-9]*/stat; do
{ read -r l <"$s"; } 2>/dev/null || continue; p=\${s#/proc/}; set -- \${l##*) }
[ "$4" = $$ ] && [ "\${p%/stat}" != $$ ] && kill -9 "\${p%/stat}" 2>/dev/null
done
echo $c >"$d/exit.tmp" && mv "$d/exit.tmp" "$d/exit"`;
