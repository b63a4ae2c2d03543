/** Values of variables over the course of a stage: the answer depends on how far the stage has come. */
export interface Variables {
  /** `at` is a number that grows with every instruction. */
  define(name: string, at: number, value: string | undefined): void;
  /** The value in force in front of `before`. */
  lookup(name: string, before: number): string | undefined;
}

interface Entry {
  readonly at: number;
  readonly value: string | undefined;
}

export function createVariables(): Variables {
  const entriesOf = new Map<string, Entry[]>();
  return {
    define: (name, at, value) => {
      const entries = entriesOf.get(name);
      if (entries === undefined) entriesOf.set(name, [{ at, value }]);
      else entries.push({ at, value });
    },
    lookup: (name, before) => {
      const entries = entriesOf.get(name) ?? [];
      let low = 0;
      let high = entries.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((entries[middle]?.at ?? 0) < before) low = middle + 1;
        else high = middle;
      }
      return entries[low - 1]?.value;
    },
  };
}
