import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { RUNSC_PATH } from '../engines/programs.ts';
import { type ResolvedConfig, readConfig } from './config.ts';
import { runCheck } from './doctor/diagnosis.ts';
import { diagnose } from './doctor.ts';

const ROOT = join(import.meta.dirname, '../..');

let folder: string;

suite('doctor', () => {
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drydock-doctor-'));
    // As an engine's folder is: everybody may enter it.
    await chmod(folder, 0o755);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  test('looks at everything, leaves nothing behind, and what is not fine says what it disables or how to mend it', async () => {
    const diagnoses = await diagnose(configIn(folder, {}));

    const names = diagnoses.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
    for (const name of ['Node', 'podman', 'gVisor', 'user namespaces', 'control groups', 'database', 'disk'])
      assert.ok(names.includes(name), `${name} was not looked at`);
    for (const { name, status, detail, disables, remedy } of diagnoses) {
      assert.ok(detail.length > 3, name);
      if (status === 'missing') assert.ok(disables.length > 3 && remedy !== undefined, name);
    }
    assert.equal(diagnoses.find(({ name }) => name === 'Node')?.status, 'ok');
    assert.deepEqual(await readdir(folder), ['engine']);
  });

  test('a database that cannot be reached is missing, and its password is not shown', async () => {
    const config = configIn(folder, { DATABASE_URL: 'postgres://me:hunter2@127.0.0.1:1/x' });

    const database = (await diagnose(config)).find(({ name }) => name === 'database');

    assert.equal(database?.status, 'missing');
    assert.ok(!JSON.stringify(database).includes('hunter2'));
  });

  test('an account that is not there is missing with what makes it, and the rest is still answered', async () => {
    const config = configIn(folder, { DRYDOCK_ENGINE_ACCOUNT: 'no-such-account' });

    const diagnoses = await diagnose(config);

    // As another user than root, the engine runs under that user, whatever the setting says.
    if (process.getuid?.() === 0) {
      const account = diagnoses.find(({ name }) => name === 'engine account');
      assert.equal(account?.status, 'missing');
      assert.match(account.remedy, /script\/bootstrap/);
    }
    assert.ok(diagnoses.length > 15);
  });

  test('a check that throws is missing and does not stop the others', async () => {
    const check = {
      name: 'x',
      disables: 'y',
      remedy: 'z',
      run: (): Promise<never> => Promise.reject(new Error('boom')),
    };

    const diagnosis = await runCheck(check, configIn(folder, {}));

    assert.deepEqual(
      { ...diagnosis, detail: '' },
      { name: 'x', status: 'missing', detail: '', disables: 'y', remedy: 'z' },
    );
    assert.match(diagnosis.detail, /boom/);
  });

  test('what only Podman needs is no more than a loss where Docker is the engine', async () => {
    const check = {
      name: 'x',
      disables: 'y',
      remedy: 'z',
      engine: 'podman' as const,
      run: async () => ({ status: 'missing' as const, detail: 'gone' }),
    };

    const diagnosis = await runCheck(check, configIn(folder, { DRYDOCK_ENGINE: 'docker' }));

    assert.equal(diagnosis.status, 'degraded');
  });

  test('script/bootstrap puts gVisor where it is looked for', async () => {
    const script = await readFile(join(ROOT, 'script/bootstrap'), 'utf8');

    assert.ok(script.includes(`\nRUNSC=${RUNSC_PATH}\n`));
  });
});

/** A configuration of which nothing is on this machine yet. */
function configIn(folder: string, env: Readonly<Record<string, string>>): ResolvedConfig {
  return readConfig({
    DRYDOCK_DATA_DIR: join(folder, 'data'),
    DRYDOCK_ENGINE_DIR: join(folder, 'engine'),
    DRYDOCK_CACHE_DIR: join(folder, 'cache'),
    ...env,
  });
}
