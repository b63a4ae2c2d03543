import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { openCgroups } from '../../src/engines/cgroup.ts';
import { createPodmanEngine } from '../../src/engines/podman/engine.ts';
import { importTestBase } from '../support/base-image.ts';
import { createTestAccount, mustRun } from '../support/engine-account.ts';
import type { EngineDriver, EngineUnderTest } from './engine-driver.ts';

export const IS_ROOT = process.getuid?.() === 0;

export interface PodmanUnderTest extends EngineUnderTest {
  readonly engineDir: string;
}

interface PodmanDriver extends EngineDriver {
  create(): Promise<PodmanUnderTest>;
}

/** Podman in cells: as root under an account that is made for the test, else under the test's own user. */
export function podmanDriver(options: { readonly withGvisor: boolean }): PodmanDriver {
  const who = IS_ROOT ? 'as root' : 'as a normal user';
  return {
    name: `podman ${who}${options.withGvisor ? '' : ', runc only'}`,
    skip: process.platform === 'linux' ? false : 'cells need Linux',
    isReal: true,
    async create() {
      const account = IS_ROOT ? await createTestAccount() : undefined;
      const engineDir = await mkdtemp(join(tmpdir(), 'drydock-podman-'));
      await chmod(engineDir, 0o711);
      const open = () =>
        createPodmanEngine({
          engineDir,
          accountName: account?.name ?? userInfo().username,
          ...(options.withGvisor ? {} : { runscPaths: [] }),
        });
      const engine = open();
      const base = await importTestBase(engine.bases);
      const groupsBefore = new Set(await (await openCgroups()).list());
      return {
        engine,
        base,
        engineDir,
        reopen: async () => open(),
        leftovers: async () => await findLeftovers(engineDir, groupsBefore),
        async [Symbol.asyncDispose]() {
          await engine.sweep([]);
          if (!IS_ROOT) await removeAsOwner(join(engineDir, 'bases'));
          await rm(engineDir, { recursive: true, force: true });
          await account?.[Symbol.asyncDispose]();
        },
      };
    },
  };
}

/** The base store's files belong to subordinate ids, which only a user namespace can remove. */
async function removeAsOwner(path: string): Promise<void> {
  await mustRun('unshare', ['--user', '--map-auto', '--map-root-user', 'rm', '-rf', path]);
}

async function findLeftovers(engineDir: string, groupsBefore: ReadonlySet<string>): Promise<string[]> {
  const found = (await readdir(join(engineDir, 'spaces'))).map((name) => `space ${name}`);
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n');
  found.push(...mounts.filter((line) => line.includes(engineDir)));
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(engineDir)) found.push(`process ${name}: ${command.replaceAll('\0', ' ')}`);
  }
  const groups = await (await openCgroups()).list();
  found.push(...groups.filter((name) => !groupsBefore.has(name)).map((name) => `cgroup ${name}`));
  return found;
}
