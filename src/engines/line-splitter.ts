import { LOG_LINE_MAX_BYTES } from '../core/limits.ts';

const NEWLINE = 0x0a;
const MARK = ' … [cut by Drydock]';

/** Takes bytes as they come and gives whole lines. */
export interface LineSplitter {
  push(chunk: Uint8Array): void;
  /** Gives what is left when the stream ends without a newline. */
  end(): void;
}

/**
 * Splits an untrusted byte stream into lines in bounded memory: what a line has beyond `maxLineBytes` is dropped
 * and the line is marked. Bytes that are not UTF-8 become U+FFFD; everything else, control characters too, is left.
 */
export function createLineSplitter(
  onLine: (text: string) => void,
  maxLineBytes: number = LOG_LINE_MAX_BYTES,
): LineSplitter {
  let parts: Uint8Array[] = [];
  let keptBytes = 0;
  let isCut = false;

  function keep(bytes: Uint8Array): void {
    const room = maxLineBytes - keptBytes;
    if (bytes.length > room) isCut = true;
    const kept = bytes.subarray(0, room);
    if (kept.length > 0) parts.push(Buffer.from(kept));
    keptBytes += kept.length;
  }

  function emit(): void {
    const text = Buffer.concat(parts, keptBytes).toString('utf8');
    const line = isCut ? text + MARK : text;
    parts = [];
    keptBytes = 0;
    isCut = false;
    onLine(line);
  }

  return {
    push(chunk) {
      let start = 0;
      for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, start)) {
        keep(chunk.subarray(start, at));
        emit();
        start = at + 1;
      }
      keep(chunk.subarray(start));
    },
    end() {
      if (keptBytes > 0 || isCut) emit();
    },
  };
}
