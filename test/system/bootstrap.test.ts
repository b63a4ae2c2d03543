import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { type ExecResult, exec } from '../../src/engines/exec.ts';

const ROOT = join(import.meta.dirname, '../..');
const IS_ROOT = process.getuid?.() === 0;
const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/nonexistent' };

suite('script/bootstrap', () => {
  test('what it does not understand is refused with its usage', async () => {
    for (const args of [['--for'], ['--for', 'fun'], ['--force'], ['install']]) {
      const result = await bootstrap(args);

      assert.equal(codeOf(result), 2, args.join(' '));
      assert.match(result.stderr, /Usage: script\/bootstrap/);
    }
  });

  test('a check names what is missing, ends with 1 and makes nothing', async () => {
    const account = `drydock-none${process.pid}`;

    const result = await bootstrap(['--check'], { DRYDOCK_ENGINE_ACCOUNT: account });

    if (IS_ROOT) {
      assert.equal(codeOf(result), 1);
      assert.match(result.stdout, new RegExp(`^Missing: the system account ${account}$`, 'm'));
    }
    assert.equal(codeOf(await run('id', [account])), 1);
  });

  suite('as root', { skip: IS_ROOT ? false : 'only root may make accounts' }, () => {
    test('the account gets ranges that collide with nobody’s, once', async () => {
      const account = `drydock-b${process.pid}`;
      const folder = await mkdtemp(join(tmpdir(), 'drydock-etc-'));
      try {
        const result = await run('unshare', [
          '--mount',
          'sh',
          '-euc',
          IN_A_COPY_OF_ETC,
          'sh',
          folder,
          account,
          ROOT,
        ]);

        assert.equal(codeOf(result), 0, `${result.stdout}\n${result.stderr}`);
        const [first = '', second = ''] = result.stdout.split('=== again\n');
        assert.match(first, /Giving drydock-b\d+ the ids/);
        assert.doesNotMatch(second, /Giving|Making/);
        const ranges = [...second.matchAll(/^(.+):(\d+):(\d+)$/gm)].map(([, owner, start, count]) => ({
          owner,
          first: Number(start),
          last: Number(start) + Number(count) - 1,
        }));
        const own = ranges.find(({ owner }) => owner === account);
        assert.ok(own !== undefined && own.last - own.first + 1 >= 65_536);
        for (const other of ranges.filter(({ owner }) => owner !== account))
          assert.ok(own.last < other.first || own.first > other.last, `${JSON.stringify([own, other])}`);
        assert.ok(own.first > 2_000_000, 'the id of an account lies in the range');
        assert.match(second, new RegExp(`^${account}:x:\\d+:\\d+::/var/lib/drydock:/usr/sbin/nologin$`, 'm'));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  });
});

/** The script's whole life in a copy of /etc, in a mount namespace that ends with it. */
const IN_A_COPY_OF_ETC = `
mkdir "$1/upper" "$1/work"
mount -t overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" overlay /etc
rm -f /etc/*.lock
printf 'someone:100000:65536\\nother:900000:1000000\\n' >/etc/subuid
printf 'someone:100000:65536\\n' >/etc/subgid
echo 'far:x:2000000:2000000::/:/bin/false' >>/etc/passwd
export DRYDOCK_ENGINE_ACCOUNT="$2"
"$3/script/bootstrap"
echo '=== again'
"$3/script/bootstrap"
cat /etc/subuid /etc/subgid
grep "^$2:" /etc/passwd
`;

function bootstrap(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<ExecResult> {
  return run(join(ROOT, 'script/bootstrap'), args, env);
}

function run(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ExecResult> {
  return exec({ command, args, env: { ...ENV, ...env }, timeoutMs: 120_000, maxOutputBytes: 1_000_000 });
}

function codeOf(result: ExecResult): number | string {
  return result.status === 'exited' ? result.exitCode : result.status;
}
