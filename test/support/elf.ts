/** Makes an ELF of 64 bits with the given sections and, over the whole file, one loaded segment at address `base`. */
export function elf(sections: Readonly<Record<string, Uint8Array>>, base = 0x400000): Buffer {
  const all = {
    ...sections,
    '.shstrtab': Buffer.from(`\0${[...Object.keys(sections), '.shstrtab'].join('\0')}\0`),
  };
  const entries = Object.entries(all);
  const bodyStart = 64 + 56;
  let offset = bodyStart;
  let nameAt = 1;
  const headers = entries.map(([name, content]) => {
    const header = Buffer.alloc(64);
    header.writeUInt32LE(nameAt, 0);
    header.writeBigUInt64LE(BigInt(base + offset), 16);
    header.writeBigUInt64LE(BigInt(offset), 24);
    header.writeBigUInt64LE(BigInt(content.length), 32);
    nameAt += name.length + 1;
    offset += content.length;
    return header;
  });
  const head = Buffer.alloc(64);
  head.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  head.writeBigUInt64LE(64n, 0x20);
  head.writeBigUInt64LE(BigInt(offset), 0x28);
  for (const [at, value] of [
    [0x36, 56],
    [0x38, 1],
    [0x3a, 64],
    [0x3c, entries.length],
    [0x3e, entries.length - 1],
  ] as const)
    head.writeUInt16LE(value, at);
  const segment = Buffer.alloc(56);
  segment.writeUInt32LE(1, 0);
  segment.writeBigUInt64LE(BigInt(base), 16);
  segment.writeBigUInt64LE(BigInt(offset), 32);
  return Buffer.concat([head, segment, ...entries.map(([, content]) => content), ...headers]);
}
