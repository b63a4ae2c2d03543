import type { Engine } from '../../core/ports.ts';
import { createBaseStore, type PodmanBaseStore } from './bases.ts';
import { createHost, type Host } from './host.ts';
import { openPodmanSpace } from './space.ts';
import { sweepSpaces } from './sweep.ts';

/** The first without CVE-2025-9566, -55686, -57231 and CVE-2026-17106, by upstream's numbers; distributions mend older ones. */
const FLAWLESS_VERSION = '6.1.1';

export interface PodmanEngineOptions {
  /**
   * Where everything of the engine is kept: an absolute path whose folders everybody may enter, e.g.
   * `/var/lib/drydock/engine`. It is made when it is missing.
   */
  readonly engineDir: string;
  /** The account that engines run under when this process is root; as another user it is that user. */
  readonly accountName?: string;
  /** Where gVisor's `runsc` may be. An empty list means: no gVisor. */
  readonly runscPaths?: readonly string[];
}

/**
 * Podman in cells: each step of a job runs in a throw-away sandbox whose engine is never root on the host.
 * Looks at the machine at first use, not before. docs/decisions/0001-the-cell.md says why it is built so.
 */
export function createPodmanEngine(options: PodmanEngineOptions): Engine {
  let found: Promise<{ readonly host: Host; readonly bases: PodmanBaseStore }> | undefined;
  const find = async (): Promise<{ readonly host: Host; readonly bases: PodmanBaseStore }> => {
    found ??= lookAround(options);
    try {
      return await found;
    } catch (error) {
      // What is missing now may be installed before the next attempt.
      found = undefined;
      throw error;
    }
  };
  return {
    name: 'podman',
    openSpace: async (id) => await openPodmanSpace((await find()).host, id),
    bases: {
      list: async () => await (await find()).bases.list(),
      find: async (name) => await (await find()).bases.find(name),
      importRootfs: async (request) => await (await find()).bases.importRootfs(request),
      pull: async (request) => await (await find()).bases.pull(request),
      remove: async (name) => await (await find()).bases.remove(name),
    },
    async describe() {
      const { host } = await find();
      // The proof that this machine can: a sandbox that starts.
      await (await host.startCell(null))[Symbol.asyncDispose]();
      return {
        name: 'podman',
        version: host.version,
        isRootless: true,
        sandboxes: host.runsc === undefined ? ['runc'] : ['runc', 'gvisor'],
        degraded: [
          ...host.isolation('runc').degraded,
          ...(isOlder(host.version, FLAWLESS_VERSION)
            ? [
                `podman ${host.version} is older than ${FLAWLESS_VERSION}: its known flaws end at the cell, not before`,
              ]
            : []),
          ...(host.runsc === undefined
            ? ['no gVisor: submitted programs share the kernel of this host']
            : []),
        ],
      };
    },
    async sweep(keep) {
      const { host, bases } = await find();
      return await sweepSpaces(host, bases, keep);
    },
  };
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

async function lookAround(
  options: PodmanEngineOptions,
): Promise<{ readonly host: Host; readonly bases: PodmanBaseStore }> {
  const host = await createHost({
    engineDir: options.engineDir,
    accountName: options.accountName ?? 'drydock',
    runscPaths: options.runscPaths ?? ['/usr/local/bin/runsc', '/usr/bin/runsc', '/usr/sbin/runsc'],
  });
  return { host, bases: createBaseStore(host) };
}
