/** Whether what USER says is root: `root`, `0`, or one of them with a group. */
export function isRootUser(user: string): boolean {
  const name = user.split(':')[0]?.trim() ?? '';
  return name === 'root' || /^0+$/.test(name);
}
