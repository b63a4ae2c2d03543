import { DrydockError } from '../core/errors.ts';
import type { XzDecoder } from '../core/ports.ts';
import { spawnChild } from './exec.ts';

const TIMEOUT_MS = 60_000;
/** Above what `xz -9` needs (65 MiB), below what a crafted header may ask for (4 GiB). */
const MEMORY_LIMIT = '128MiB';

/** A decoder that pipes through the machine's `xz`, in a bounded memory. */
export function createXzDecoder(): XzDecoder {
  return {
    async *decode(compressed, signal) {
      signal.throwIfAborted();
      const child = await spawnChild({
        command: 'xz',
        args: ['--decompress', '--stdout', `--memlimit-decompress=${MEMORY_LIMIT}`],
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
      });
      const stop = (): void => child.kill();
      const timer = setTimeout(stop, TIMEOUT_MS);
      signal.addEventListener('abort', stop, { once: true });
      let complaint = '';
      child.stderr.on('data', (chunk: Buffer) => {
        if (complaint.length < 500) complaint += chunk.toString('utf8');
      });
      try {
        child.stdin.end(compressed);
        yield* child.stdout.iterator({ destroyOnReturn: true });
        const { exitCode } = await child.ended;
        signal.throwIfAborted();
        if (exitCode !== 0)
          throw new DrydockError(
            'input-invalid',
            `Data compressed by xz was expected; xz ended with ${exitCode}: ${complaint.trim().slice(0, 300)}`,
          );
      } finally {
        clearTimeout(timer);
        signal.removeEventListener('abort', stop);
        child.kill();
      }
    },
  };
}
