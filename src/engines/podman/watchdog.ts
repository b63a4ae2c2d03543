import { readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';

const INTERVAL_MS = 100;
/** A full count of the disk is made at least this often, in case others free what this cell fills. */
const COUNT_INTERVAL_MS = 2000;
/** One file for each this many bytes of the disk limit. */
const BYTES_PER_FILE = 4096;

export interface WatchOptions {
  readonly memoryBytes: number | null;
  readonly processes: number | null;
  readonly diskBytes: number | null;
  readonly folder: string;
  /** The bytes that the folder really takes up, or null when that could not be counted. */
  readonly countDisk: () => Promise<number | null>;
  readonly onLimit: (what: 'memory' | 'processes' | 'disk') => void;
}

/** Watches this pid namespace until it is stopped: what no cgroup caps here is seen within about 100 ms. */
export function startWatchdog(options: WatchOptions): () => void {
  const disk = options.diskBytes === null ? undefined : createDiskWatch(options, options.diskBytes);
  const timer = setInterval(() => {
    const limit = overusedByProcesses(options);
    if (limit !== undefined) options.onLimit(limit);
    disk?.();
  }, INTERVAL_MS);
  return () => clearInterval(timer);
}

function overusedByProcesses({ memoryBytes, processes }: WatchOptions): 'memory' | 'processes' | undefined {
  if (memoryBytes === null && processes === null) return undefined;
  const used = countProcesses();
  if (processes !== null && used.processes > processes) return 'processes';
  if (memoryBytes !== null && used.memoryBytes > memoryBytes) return 'memory';
  return undefined;
}

/**
 * What all processes of this pid namespace but the first hold. Memory of their own is summed; shared memory is that
 * of whoever has most, because gVisor's helpers all show the one memory of its kernel.
 */
function countProcesses(): { readonly processes: number; readonly memoryBytes: number } {
  let processes = 0;
  let ownKib = 0;
  let sharedKib = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || name === '1') continue;
    try {
      const status = readFileSync(`/proc/${name}/status`, 'latin1');
      processes += 1;
      ownKib += Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1] ?? 0);
      sharedKib = Math.max(sharedKib, Number(/^RssShmem:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // It has ended since.
    }
  }
  return { processes, memoryBytes: (ownKib + sharedKib) * 1024 };
}

function createDiskWatch(options: WatchOptions, diskBytes: number): () => void {
  const start = readDisk(options.folder);
  let countedBytes = 0;
  let countedAt = { ...start, atMs: Date.now() };
  let isCounting = false;

  async function count(now: { freeBytes: number; freeFiles: number }): Promise<void> {
    isCounting = true;
    const bytes = await options.countDisk();
    isCounting = false;
    const lostBytes = start.freeBytes - now.freeBytes;
    if (isOverfull(bytes, lostBytes, diskBytes)) options.onLimit('disk');
    countedBytes = bytes ?? countedBytes;
    countedAt = { ...now, atMs: Date.now() };
  }

  return () => {
    const now = readDisk(options.folder);
    if (start.freeFiles - now.freeFiles > diskBytes / BYTES_PER_FILE) options.onLimit('disk');
    const mayHave = countedBytes + (countedAt.freeBytes - now.freeBytes);
    const isDue = mayHave > diskBytes || Date.now() - countedAt.atMs > COUNT_INTERVAL_MS;
    if (isDue && !isCounting) void count(now);
  };
}

/**
 * While a program runs in a container, what is there is what was written. Between programs the engine copies a layer
 * when it commits it, so that twice the limit is in order. Deleted files that are still open are in no folder: when
 * the whole disk shrinks by four times the limit, whoever it was, the step ends. Better a false alarm than a full disk.
 */
function isOverfull(countedBytes: number | null, lostBytes: number, diskBytes: number): boolean {
  if (countedBytes === null) return lostBytes > diskBytes;
  if (lostBytes > 4 * diskBytes) return true;
  return countedBytes > (isContainerRunning() ? diskBytes : 2 * diskBytes);
}

function isContainerRunning(): boolean {
  const own = readlinkSync('/proc/1/ns/pid');
  return readdirSync('/proc').some((name) => {
    try {
      return /^\d+$/.test(name) && readlinkSync(`/proc/${name}/ns/pid`) !== own;
    } catch {
      return false;
    }
  });
}

function readDisk(folder: string): { readonly freeBytes: number; readonly freeFiles: number } {
  const { bfree, bsize, ffree } = statfsSync(folder);
  return { freeBytes: bfree * bsize, freeFiles: ffree };
}
