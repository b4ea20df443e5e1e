/** Whether an address is one of the internet: nothing of this machine, its networks, or made for another purpose. */
import { BlockList, isIP } from 'node:net';

/** Apart, because an address of IPv4 is looked for among those of IPv6, too. */
const SPECIAL = { ipv4: new BlockList(), ipv6: new BlockList() };

for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  SPECIAL.ipv4.addSubnet(network, prefix, 'ipv4');

/** All but global unicast, and of that what stands for addresses of IPv4 or documents. */
for (const [network, prefix] of [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  SPECIAL.ipv6.addSubnet(network, prefix, 'ipv6');

export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 0) return false;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return !SPECIAL[family].check(address, family);
}
