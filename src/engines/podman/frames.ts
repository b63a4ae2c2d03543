/** Most bytes of a frame's head, which is JSON. */
const MAX_HEAD_BYTES = 4 * 1024 * 1024;
/** Most bytes of a frame's body; also the largest file that is carried out of an image. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

const PREFIX_BYTES = 8;

/** A JSON head and raw bytes: what a cell and its keeper say to each other. Its source is not trusted. */
export interface Frame {
  readonly head: unknown;
  readonly body: Buffer;
}

/** The bytes of a frame: two big-endian 32-bit lengths, then head and body. */
export function encodeFrame(head: object, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const text = Buffer.from(JSON.stringify(head), 'utf8');
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix.writeUInt32BE(text.length, 0);
  prefix.writeUInt32BE(body.length, 4);
  return Buffer.concat([prefix, text, body]);
}

/** Cuts a byte stream into frames, in bounded memory. The returned function throws when a frame breaks the bounds. */
export function createFrameReader(onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let haveBytes = 0;
  let needBytes = PREFIX_BYTES;

  return (chunk) => {
    chunks.push(chunk);
    haveBytes += chunk.length;
    while (haveBytes >= needBytes) {
      const all = Buffer.concat(chunks, haveBytes);
      chunks = [all];
      const headEnd = PREFIX_BYTES + bounded(all.readUInt32BE(0), MAX_HEAD_BYTES);
      const end = headEnd + bounded(all.readUInt32BE(4), MAX_BODY_BYTES);
      needBytes = end;
      if (haveBytes < end) return;
      chunks = [all.subarray(end)];
      haveBytes -= end;
      needBytes = PREFIX_BYTES;
      const head: unknown = JSON.parse(all.toString('utf8', PREFIX_BYTES, headEnd));
      onFrame({ head, body: Buffer.from(all.subarray(headEnd, end)) });
    }
  };
}

function bounded(bytes: number, maxBytes: number): number {
  if (bytes <= maxBytes) return bytes;
  throw new RangeError(`A frame with a part of ${bytes} bytes is above the limit of ${maxBytes}.`);
}
