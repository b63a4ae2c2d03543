import { LOG_LINE_MAX_BYTES } from '../core/limits.ts';
import type { JobEventData } from '../core/ports.ts';

type Log = Extract<JobEventData, { readonly type: 'log' }>;

/** How much output of one attempt is kept: the first bytes and, of what comes after, the last ones. */
export interface OutputBounds {
  readonly headBytes: number;
  readonly tailBytes: number;
}

/** The engine ends a build at 8 MiB of output by default; this net is for larger limits and for very short lines. */
export const OUTPUT_BOUNDS: OutputBounds = { headBytes: 8 * 2 ** 20, tailBytes: 2 ** 20 };

/** What a line costs besides its text, so that a million empty ones are bounded too. */
const LINE_COST_BYTES = 64;

/** Output on its way to the store, bounded. */
export interface OutputCap {
  /** What is to be stored now. Beyond the head that is nothing: the line waits in the tail. */
  take(line: Log): readonly Log[];
  /** What waits in the tail, led by one line that says how many bytes were dropped before it, if any were. */
  drain(): readonly Log[];
}

export function createOutputCap({ headBytes, tailBytes }: OutputBounds = OUTPUT_BOUNDS): OutputCap {
  let taken = 0;
  let tail: Log[] = [];
  let tailStart = 0;
  let waiting = 0;
  let dropped = 0;

  function dropOldest(): void {
    const line = tail[tailStart];
    if (line === undefined) return;
    waiting -= costOf(line);
    dropped += Buffer.byteLength(line.text);
    tailStart += 1;
    // Moving the list for every line would cost its whole length each time.
    if (tailStart > 1_000 && tailStart > tail.length / 2) {
      tail = tail.slice(tailStart);
      tailStart = 0;
    }
  }

  return {
    take: (line) => {
      const short = { ...line, text: cutLine(line.text) };
      if (taken + costOf(short) <= headBytes) {
        taken += costOf(short);
        return [short];
      }
      taken = Number.POSITIVE_INFINITY;
      tail.push(short);
      waiting += costOf(short);
      while (waiting > tailBytes) dropOldest();
      return [];
    },
    drain: () => {
      const kept = tail.slice(tailStart);
      const lines = dropped > 0 ? [marker(dropped, kept[0]), ...kept] : kept;
      tail = [];
      tailStart = 0;
      waiting = 0;
      dropped = 0;
      return lines;
    },
  };
}

function costOf(line: Log): number {
  return Buffer.byteLength(line.text) + LINE_COST_BYTES;
}

function marker(bytes: number, next: Log | undefined): Log {
  return { type: 'log', stage: next?.stage ?? 'build', stream: 'stderr', text: `[${bytes} bytes dropped]` };
}

/** A line of at most `LOG_LINE_MAX_BYTES` of UTF-8, cut between two characters and marked. */
export function cutLine(text: string): string {
  // A character is at most three bytes for each UTF-16 unit, so most lines need no counting.
  if (text.length * 3 <= LOG_LINE_MAX_BYTES) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= LOG_LINE_MAX_BYTES) return text;
  const mark = ` [${bytes.length - LOG_LINE_MAX_BYTES} bytes cut]`;
  const room = LOG_LINE_MAX_BYTES - mark.length - 4;
  return `${new TextDecoder().decode(bytes.subarray(0, room), { stream: true })}${mark}`;
}
