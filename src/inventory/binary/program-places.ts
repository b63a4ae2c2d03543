/**
 * Folders whose own files are looked into as programs. An image's files can only be asked for by name, and reading all
 * of them would cost more than everything else; these are where build instructions and tools put what they compile.
 * A program elsewhere is not looked into.
 */
export const PROGRAM_FOLDERS: readonly string[] = [
  '',
  '/app',
  '/app/bin',
  '/go/bin',
  '/ko-app',
  '/opt/app',
  '/opt/bin',
  '/root',
  '/server',
  '/srv',
  '/usr/app',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/usr/src/app',
  '/workspace',
];

const FOLDERS = new Set(PROGRAM_FOLDERS);

/** Whether a path is directly in one of them. */
export function isProgramPath(path: string): boolean {
  return FOLDERS.has(path.slice(0, path.lastIndexOf('/')));
}
