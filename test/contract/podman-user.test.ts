import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { exec } from '../../src/engines/exec.ts';
import { createTestAccount } from '../support/engine-account.ts';
import { IS_ROOT } from './podman-driver.ts';

const ROOT = join(import.meta.dirname, '../..');
const SUITES = ['test/contract/podman.test.ts', 'test/contract/podman-attacks.test.ts'];
/** $1: where the checkout is made visible, $2: the checkout, $3: the user. The rest is the command. */
const AS_USER = `mount --bind "$2" "$1" && cd "$1" && user=$3 && shift 3 &&
  exec setpriv --reuid "$user" --regid "$user" --clear-groups --inh-caps=-all "$@"`;

test('the same contract holds for a normal user', {
  skip: IS_ROOT ? false : 'only root can make another user; as a normal user the suites run as they are',
}, async () => {
  await using account = await createTestAccount();
  const room = await mkdtemp(join(tmpdir(), 'drydock-user-'));
  try {
    await chmod(room, 0o711);
    const [checkout, temporary] = [join(room, 'checkout'), join(room, 'tmp')];
    await mkdir(checkout);
    await mkdir(temporary, { mode: 0o1777 });
    await chmod(temporary, 0o1777);
    const node = join(checkout, process.execPath.slice(ROOT.length));

    const result = await exec({
      command: 'unshare',
      args: [
        ...['--mount', '--', 'sh', '-c', AS_USER, 'sh', checkout, ROOT, account.name],
        ...[process.execPath.startsWith(ROOT) ? node : process.execPath, '--test', '--test-concurrency=1'],
        ...SUITES,
      ],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TMPDIR: temporary, HOME: room },
      timeoutMs: 15 * 60_000,
      maxOutputBytes: 16 * 1024 * 1024,
    });

    assert.ok(result.status === 'exited', JSON.stringify(result).slice(0, 1000));
    assert.equal(result.exitCode, 0, result.stdout.slice(-20_000) + result.stderr);
    assert.match(result.stdout, /podman as a normal user/);
    // /dev/net/tun may be closed to users.
    assert.match(result.stdout, /skipped [01]\b/);
  } finally {
    await rm(room, { recursive: true, force: true });
  }
});
