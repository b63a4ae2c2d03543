/** Collects lines up to a bound and says how many more there were. */
export interface Notes {
  add(line: string): void;
  readonly lines: readonly string[];
}

/** Hostile images must not be able to fill a report with notes. */
export function createNotes(max: number): Notes {
  const lines: string[] = [];
  const seen = new Set<string>();
  let dropped = 0;
  return {
    add: (line) => {
      if (seen.has(line)) return;
      if (lines.length >= max) dropped += 1;
      else {
        seen.add(line);
        lines.push(line);
      }
    },
    get lines() {
      const sorted = lines.toSorted();
      return dropped === 0 ? sorted : [...sorted, `… and ${dropped} more notes of this kind`];
    },
  };
}
