import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { isDrydockError } from '../../core/errors.ts';
import { exec } from '../exec.ts';
import { type EngineAccount, findEngineAccount } from '../podman/account.ts';
import { createDebianMaker } from './debian-rootfs.ts';
import type { DebianRecipe } from './recipes.ts';
import type { RootfsMaker } from './rootfs.ts';

const RECIPE: DebianRecipe = {
  kind: 'debian',
  suite: 'bookworm',
  variant: 'minbase',
  include: [],
  isPatched: true,
};
const UNSIGNED =
  'Origin: Debian\nSuite: stable\nCodename: bookworm\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n';

let folder: string;
let archive: Server;
let mirror: string;
/** What the archive answers, by the path's end; everything else is 404. */
let answers: Map<string, string>;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-debian-'));
  await chmod(folder, 0o755);
  answers = new Map();
  archive = createServer(({ url = '' }, response) => {
    const answer = [...answers].find(([end]) => url.endsWith(end))?.[1];
    response.writeHead(answer === undefined ? 404 : 200).end(answer);
  });
  await new Promise<void>((resolve) => archive.listen(0, '127.0.0.1', resolve));
  const address = archive.address();
  mirror = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
});
afterEach(async () => {
  archive.closeAllConnections();
  await new Promise((resolve) => archive.close(resolve));
  await rm(folder, { recursive: true, force: true });
});

suite('what Debian’s archive would give', () => {
  test('it changes with any suite, and not with the order of the recipe’s fields', async () => {
    for (const suite of ['bookworm', 'bookworm-updates', 'bookworm-security'])
      answers.set(`/dists/${suite}/InRelease`, `${UNSIGNED}${suite}`);
    const maker = await createMaker();
    const first = await maker.inspect(RECIPE, making());
    const { kind, ...rest } = RECIPE;
    const again = await maker.inspect({ ...rest, kind }, making());
    answers.set('/dists/bookworm-security/InRelease', `${UNSIGNED}newer`);

    const later = await maker.inspect(RECIPE, making());

    assert.equal(first.digest, again.digest);
    assert.notEqual(first.digest, later.digest);
    assert.equal(first.epochSeconds, Date.parse('2026-01-01T00:00:00Z') / 1000);
  });

  test('a suite that is missing or endless is base-unavailable', async () => {
    const maker = await createMaker();
    const isUnavailable = (error: unknown): boolean => isDrydockError(error, 'base-unavailable');

    await assert.rejects(maker.inspect(RECIPE, making()), isUnavailable);
    answers.set('/InRelease', 'x'.repeat(5 * 2 ** 20));
    await assert.rejects(maker.inspect(RECIPE, making()), /larger than/);
  });
});

suite('making a Debian root', { skip: await whyNot() }, () => {
  test('packages that Debian has not signed are not installed, and nothing is left behind', async () => {
    answers.set('/InRelease', UNSIGNED);
    const maker = await createMaker();
    const inputs = await maker.inspect(RECIPE, making());
    const tarPath = join(folder, 'rootfs.tar');

    await assert.rejects(
      maker.make({ recipe: RECIPE, inputs, tarPath, ...making() }),
      (error: unknown) =>
        isDrydockError(error, 'base-unavailable') && /NOSPLIT|signed|signature/i.test(error.message),
    );

    assert.deepEqual(await readdir(folder), []);
  });

  test('what is stopped is dead and gone', async () => {
    answers.set('/InRelease', UNSIGNED);
    const maker = await createMaker();
    const inputs = await maker.inspect(RECIPE, making());
    const stop = new AbortController();
    const onLine = (): void => stop.abort(new Error('enough'));

    await assert.rejects(
      maker.make({
        recipe: RECIPE,
        inputs,
        tarPath: join(folder, 'rootfs.tar'),
        signal: stop.signal,
        onLine,
      }),
      /enough/,
    );

    assert.deepEqual(await readdir(folder), []);
  });
});

function making(): { readonly signal: AbortSignal; readonly onLine: () => void } {
  return { signal: AbortSignal.timeout(60_000), onLine: () => undefined };
}

async function createMaker(): Promise<RootfsMaker<DebianRecipe>> {
  return createDebianMaker({
    findMirrors: async () => ({ main: mirror, security: mirror }),
    account: await accountOrNull(),
    workDir: folder,
    proxies: {},
  });
}

async function accountOrNull(): Promise<EngineAccount | null> {
  return process.getuid?.() === 0 ? await findEngineAccount('drydock').catch(() => null) : null;
}

async function whyNot(): Promise<string | false> {
  return await exec({
    command: 'mmdebstrap',
    args: ['--version'],
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: 10_000,
    maxOutputBytes: 10_000,
  }).then(
    () => false,
    () => 'there is no mmdebstrap (script/bootstrap installs it)',
  );
}
