/** Groups of 16 bits in an IPv6 address, and how many of them name a network. */
const GROUPS = 8;
const NETWORK_GROUPS = 4;

/**
 * The network that one party holds: an IPv4 address itself, the /64 of an IPv6 one, of which every home has 2^64
 * addresses. An IPv4 address inside an IPv6 one is the IPv4 one. `address` is what the socket or a trusted proxy said;
 * what is no address stays as it is.
 */
export function networkOf(address: string): string {
  if (!address.includes(':')) return address;
  const plain = address.toLowerCase().split('%', 1)[0] ?? '';
  const embedded = /^::(?:ffff:)?(\d+\.\d+\.\d+\.\d+)$/.exec(plain)?.[1];
  if (embedded !== undefined) return embedded;
  const [head = '', tail] = plain.split('::', 2);
  const first = groupsOf(head);
  const last = groupsOf(tail ?? '');
  const zeros = tail === undefined ? 0 : Math.max(0, GROUPS - first.length - last.length);
  const groups = [...first, ...Array.from({ length: zeros }, () => '0'), ...last];
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::/64`;
}

function groupsOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(':').map((group) => group.replace(/^0+(?=.)/, ''));
}
