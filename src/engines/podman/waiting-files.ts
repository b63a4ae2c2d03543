import type { CollectedFile } from '../../core/ports.ts';
import type { Child } from '../exec.ts';
import type { Heard } from './cell-channel.ts';

/** Collected files that wait for their reader; above it the cell is made to wait. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024;

export interface WaitingFiles {
  push(file: CollectedFile): void;
  end(): void;
  fail(error: unknown): void;
  files(): AsyncGenerator<CollectedFile>;
}

/** Holds what was collected until it is taken; when too much waits, the cell is no longer listened to. */
export function createWaitingFiles(child: Child): WaitingFiles {
  const queue: CollectedFile[] = [];
  let waitingBytes = 0;
  let end: { readonly error?: unknown } | undefined;
  let isAbandoned = false;
  let news = Promise.withResolvers<void>();
  const tell = (): void => {
    news.resolve();
    news = Promise.withResolvers<void>();
  };
  async function next(): Promise<CollectedFile | undefined> {
    while (queue.length === 0 && end === undefined) await news.promise;
    const file = queue.shift();
    if (file === undefined && end !== undefined && 'error' in end) throw end.error;
    if (file !== undefined) waitingBytes -= sizeOf(file);
    if (child.stdout.isPaused() && waitingBytes < MAX_WAITING_BYTES / 2) child.stdout.resume();
    return file;
  }

  return {
    push(file) {
      if (isAbandoned) return;
      queue.push(file);
      waitingBytes += sizeOf(file);
      if (waitingBytes > MAX_WAITING_BYTES) child.stdout.pause();
      tell();
    },
    end() {
      end = {};
      tell();
    },
    fail(error) {
      end = { error };
      tell();
    },
    async *files() {
      try {
        for (let file = await next(); file !== undefined; file = await next()) yield file;
      } finally {
        isAbandoned = true;
        child.stdout.resume();
      }
    },
  };
}

function sizeOf(file: CollectedFile): number {
  return file.kind === 'file' ? (file.content?.length ?? 0) + 1024 : 1024;
}

export function toCollectedFile({ event, path, why, sizeBytes, hasContent, body }: Heard): CollectedFile {
  if (event === 'file') return { kind: 'file', path, sizeBytes, content: hasContent ? body : null };
  return { kind: 'unreadable', path, why };
}
