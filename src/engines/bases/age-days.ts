/** Whole days from `at` (ISO 8601) to `now`. */
export function ageDays(at: string, now: Date): number {
  return Math.max(0, Math.floor((now.getTime() - Date.parse(at)) / 86_400_000));
}
