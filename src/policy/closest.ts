/** The one of `known` that `text` was most likely meant to be, or undefined when none is near. */
export function closest(text: string, known: readonly string[]): string | undefined {
  const word = text.slice(0, 40).toLowerCase();
  const near = known
    .map((name) => ({ name, edits: editDistance(word, name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(2, Math.floor(name.length / 3)) && edits < name.length - 1)
    .sort((a, b) => a.edits - b.edits);
  return near[0]?.name;
}

/** How many characters must be added, removed or changed to make `a` of `b` (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [row, left] of [...a].entries()) {
    const current = [row + 1];
    for (const [column, right] of [...b].entries()) {
      const change = (previous[column] ?? 0) + (left === right ? 0 : 1);
      current.push(Math.min(change, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
