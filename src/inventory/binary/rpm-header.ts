const INDEX_BYTES = 16;
const MAX_TAGS = 65_536;
const INT32 = 4;
const TEXT_TYPES = new Set([6, 8, 9]);

/** Reads the tags that are asked for out of an rpm header; absent ones are left out. */
export interface RpmHeader {
  readonly text: (tag: number) => string | undefined;
  readonly number: (tag: number) => number | undefined;
}

/**
 * Opens a package's header as rpm's databases keep it: without the magic of files. Hostile; throws an `Error` or a
 * `RangeError` for what is none. Source: rpm, "RPM V4 Package Format", header structure.
 */
export function openRpmHeader(content: Uint8Array): RpmHeader {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const count = bytes.readUInt32BE(0);
  const storeBytes = bytes.readUInt32BE(4);
  const store = 8 + count * INDEX_BYTES;
  if (count > MAX_TAGS || store + storeBytes > bytes.length) throw new Error('an rpm header was expected');
  const places = new Map<number, { readonly type: number; readonly start: number }>();
  for (let at = 8; at < store; at += INDEX_BYTES)
    places.set(bytes.readUInt32BE(at), {
      type: bytes.readUInt32BE(at + 4),
      start: store + bytes.readUInt32BE(at + 8),
    });
  return {
    text: (tag) => {
      const place = places.get(tag);
      if (place === undefined || !TEXT_TYPES.has(place.type)) return undefined;
      const end = bytes.indexOf(0, place.start);
      return end < 0 || end - place.start > 4096 ? undefined : bytes.toString('utf8', place.start, end);
    },
    number: (tag) => {
      const place = places.get(tag);
      return place?.type === INT32 ? bytes.readUInt32BE(place.start) : undefined;
    },
  };
}
