import { posix } from 'node:path';

const SYSTEM = /^\/(?:proc|sys|dev)(?:\/|$)/;

/**
 * The path that `path` is, seen from `from`, when it lies in the kernel's file systems /proc, /sys or /dev; else null.
 * A working directory like /proc/self/fd/8 has let containers out to the host. Source: CVE-2024-21626.
 */
export function systemPath(path: string, from = '/'): string | null {
  const resolved = posix.resolve('/', from, path);
  return SYSTEM.test(resolved) ? resolved : null;
}
