import { readFileSync } from 'node:fs';

/**
 * Names this boot of the VM or container. The kernel's id alone is not enough: a container that is woken keeps that of
 * its host, but its first process is a new one.
 */
export function readBootId(): string {
  return `${readBootIdOfKernel()}-${readStartOfFirstProcess()}`;
}

function readBootIdOfKernel(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** In clock ticks since the machine started. */
function readStartOfFirstProcess(): string {
  const stat = readFileSync('/proc/1/stat', 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}
