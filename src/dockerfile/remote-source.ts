/** Whether ADD would fetch this source: a URL, or what is read as a Git repository. */
export function isRemoteSource(source: string): boolean {
  return (
    /^[a-z][a-z0-9+.-]*:\/\//i.test(source) ||
    /^git@/i.test(source) ||
    /^(?:www\.)?github\.com\//i.test(source)
  );
}
