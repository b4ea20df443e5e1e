/** What a shell says first, and ends with 126, when it could not execute what may be executed in a moment. */
const BUSY = String.raw`^sh: .*\(Text file busy\|Cannot allocate memory\|Resource temporarily unavailable\|Too many open files\)`;

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
 * - Once the process has started nothing more is to be started: a machine that is out of processes loses no pid and no exit
 *   code. What cannot be executed for want of memory, or because it is being replaced, is tried once more.
 * - The process is an earlier victim of the kernel's memory killer than the engine.
 */
export const SHIM = `d=$1; shift; umask 077; trap : TERM INT HUP
echo $$ >"$d/shim" || exit 75
[ -e "$d/stdin" ] || : >"$d/stdin"; mkfifo "$d/pipe" || exit 75
{ : >>"$d/stdout"; fallocate -n -l 4194304 "$d/stdout"; fallocate -n -l 1048576 "$d/stdin"
echo 500 >/proc/self/oom_score_adj; } 2>/dev/null
run() { tail -s 0.05 -c +1 -f "$d/stdin" >"$d/pipe" 2>/dev/null & t=$!
"$@" <"$d/pipe" >>"$d/stdout" 2>>"$d/stderr" & a=$!
exec 2>/dev/null; echo $a >"$d/pid"
while :; do wait $a; c=$?; kill -0 $a || break; done; kill $t; }
run "$@"
if [ $c = 126 ] && head -qn 1 "$d/stdout" "$d/stderr" | grep -q '${BUSY}'; then wait $t; sleep 0.5; run "$@"; fi
[ -e "$d/strays" ] && for s in /proc/[0-9]*/stat; do
{ read -r l <"$s"; } || continue; p=\${s#/proc/}; set -- \${l##*) }
[ "$4" = $$ ] && [ "\${p%/stat}" != $$ ] && kill -9 "\${p%/stat}"
done
echo $c >"$d/exit"`;
