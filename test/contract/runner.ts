import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '../../src/core/digest.ts';
import { isDrydockError } from '../../src/core/errors.ts';
import type { EngineSpace } from '../../src/core/ports.ts';
import { type EngineDriver, type EngineUnderTest, onlyReal, suiteOptions } from './engine-driver.ts';
import { MIB, mustBuild, openSpace, RUN_ID, type RunTry, resultText, shellCommand, tryRun } from './kit.ts';
import { resultForms } from './result-forms.ts';

const CANARY = 'canary-of-the-runner-contract';

/** What every runner must do with an image that nobody trusts. */
export function runnerContract(driver: EngineDriver): void {
  suite(`runner contract: ${driver.name}`, suiteOptions(driver), () => {
    let under: EngineUnderTest;
    let space: EngineSpace;

    before(async () => {
      process.env['DRYDOCK_CANARY'] = CANARY;
      under = await driver.create();
      space = await openSpace(under);
    });
    after(async () => {
      delete process.env['DRYDOCK_CANARY'];
      await space?.[Symbol.asyncDispose]();
      await under?.[Symbol.asyncDispose]();
    });

    const image = (...lines: readonly string[]): Promise<Digest> =>
      mustBuild(space, `FROM ${under.base.address}\n${lines.join('\n')}\n`);
    const runScript = async (script: string, change: Parameters<typeof tryRun>[2] = {}): Promise<RunTry> =>
      tryRun(space, await image(shellCommand(script)), change);

    test('the exit status of the program is reported', async () => {
      const { outcome } = await runScript('exit 3');

      assert.equal(outcome.status, 'exited');
      assert.equal(outcome.status === 'exited' && outcome.exitCode, 3);
      assert.equal(outcome.result.kind, 'missing');
      assert.ok(outcome.durationMs >= 0);
    });

    test('what it writes to /data/perf.json is taken, also after a failure', async () => {
      const { outcome } = await runScript('echo \'{"perf": 0.99}\' > /data/perf.json; exit 1');

      assert.equal(outcome.status === 'exited' && outcome.exitCode, 1);
      assert.equal(resultText(outcome.result), '{"perf": 0.99}\n');
    });

    test('a program is stopped at timeoutMs and its result is still taken', async () => {
      const since = performance.now();

      const { outcome } = await runScript("trap '' TERM INT; echo 1 > /data/perf.json; sleep 100", {
        limits: { timeoutMs: 2_000 },
      });

      assert.equal(outcome.status, 'timed-out');
      assert.equal(outcome.status === 'timed-out' && outcome.timeoutMs, 2_000);
      assert.ok(performance.now() - since < 20_000);
      assert.equal(resultText(outcome.result), '1\n');
    });

    test('an abort kills the program and rejects with its reason', async () => {
      const reason = new Error('cancelled');
      const abort = new AbortController();

      const running = runScript('echo started; sleep 100', {
        signal: abort.signal,
        onLog: ({ text }) => text === 'started' && abort.abort(reason),
      });

      await assert.rejects(running, (error) => error === reason);
    });

    test('the output comes line by line, by stream, marked as the run’s', async () => {
      const { lines, stdout, stderr } = await runScript('echo a; echo b >&2; printf "c "; sleep 1; printf d');

      assert.deepEqual(stdout, ['a', 'c d']);
      assert.deepEqual(stderr, ['b']);
      assert.ok(lines.every(({ stage }) => stage === 'run'));
    });

    test('a program that prints too much is stopped', async () => {
      const { outcome } = await runScript('yes', { limits: { maxOutputBytes: 65_536 } });

      assert.equal(outcome.status, 'output-exceeded');
      assert.equal(outcome.status === 'output-exceeded' && outcome.maxOutputBytes, 65_536);
    });

    test('a command that does not exist is not started', async () => {
      const { outcome } = await tryRun(space, await image('CMD ["/no-such-program"]'));

      assert.equal(outcome.status, 'not-started');
      assert.match(outcome.status === 'not-started' ? outcome.message : '', /no-such-program/);
    });

    test('an image of which this space knows nothing is not run', async () => {
      await assert.rejects(tryRun(space, `sha256:${'0'.repeat(64)}`), (error) => isDrydockError(error));
    });

    test('a command that is a folder, or not executable, is not started', onlyReal(driver), async () => {
      for (const command of ['/bin', '/etc/passwd']) {
        const { outcome } = await tryRun(space, await image(`CMD ["${command}"]`));
        assert.equal(outcome.status, 'not-started', command);
      }
    });

    test('an image without a command is not started', onlyReal(driver), async () => {
      const { outcome } = await tryRun(space, await image('ENTRYPOINT []', 'CMD []'));

      assert.equal(outcome.status, 'not-started');
    });

    test('a crash by a signal is told by the signal’s name', onlyReal(driver), async () => {
      const { outcome } = await runScript('ulimit -s 256; f() { f; }; f');

      assert.equal(outcome.status, 'killed', JSON.stringify(outcome));
      assert.equal(outcome.status === 'killed' && outcome.signal, 'SIGSEGV');
    });

    test(
      'exit status 139 is not taken for a signal, or it is said that it is',
      onlyReal(driver),
      async () => {
        const { outcome, isolation } = await runScript('exit 139');

        if (outcome.status === 'exited') assert.equal(outcome.exitCode, 139);
        else assert.ok(isolation.degraded.some((line) => /signal/i.test(line)));
      },
    );

    test('a program that needs too much memory is stopped and said to', onlyReal(driver), async () => {
      const { outcome } = await tryRun(
        space,
        await image('CMD ["dd", "if=/dev/zero", "of=/dev/null", "bs=400M", "count=1"]'),
      );

      assert.equal(outcome.status, 'out-of-memory', JSON.stringify(outcome));
      assert.equal(outcome.status === 'out-of-memory' && outcome.memoryBytes, 64 * MIB);
    });

    test('the number of processes is bounded', onlyReal(driver), async () => {
      const { stdout } = await runScript(
        'i=0; while [ $i -lt 100 ]; do i=$((i+1)); sleep 5 & done; echo all were started',
      );

      assert.deepEqual(stdout, []);
    });

    test('there is no network but the loopback', onlyReal(driver), async () => {
      const { stdout } = await runScript(
        'tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d " "; cat /proc/net/route | tail -n +2; nc -w 2 1.1.1.1 53 </dev/null || echo unreachable',
      );

      assert.equal(stdout.at(-1), 'unreachable');
      assert.deepEqual(
        stdout.slice(0, -1).filter((name) => !['lo', 'tunl0', 'sit0', 'ip6tnl0', 'gre0'].includes(name)),
        [],
      );
    });

    test('it runs as just the user and the group that were asked for', onlyReal(driver), async () => {
      const hostile = await image(
        `RUN printf '%s\\n' '${RUN_ID}:x:0:0::/:/bin/sh' 'evil:x:${RUN_ID}:0::/:/bin/sh' >> /etc/passwd && printf '%s\\n' 'more:x:0:evil,${RUN_ID}' '${RUN_ID}:x:0:' 'extra:x:27:evil' >> /etc/group`,
        'USER root',
        shellCommand('grep -E "^(Uid|Gid|Groups):" /proc/self/status'),
      );

      const { stdout } = await tryRun(space, hostile, { uid: RUN_ID, gid: 12_345 });

      const [uids, gids, groups] = stdout.map((line) => line.split(/\s+/).slice(1).filter(Boolean));
      assert.deepEqual(uids, Array(4).fill(String(RUN_ID)));
      assert.deepEqual(gids, Array(4).fill('12345'));
      assert.ok(
        groups?.every((group) => group === '12345'),
        `groups: ${groups}`,
      );
    });

    test('it has no capabilities and can’t gain any', onlyReal(driver), async () => {
      const setuid = await image(
        'RUN mkdir /set && cp /bin/busybox /set/busybox && chmod 4755 /set/busybox && echo root::0:0::/:/bin/sh > /etc/passwd',
        shellCommand(
          'grep -E "^(Cap|NoNewPrivs)" /proc/self/status; /set/busybox su -c "echo root" root; mknod /tmp/device c 1 3 2>/dev/null && echo a device; mount -t tmpfs none /tmp 2>/dev/null && echo mounted; true',
        ),
      );

      const { stdout } = await tryRun(space, setuid);

      const capabilities = stdout.filter((line) => line.startsWith('Cap'));
      assert.ok(capabilities.length >= 4);
      for (const line of capabilities) assert.match(line, /:\s*0+$/);
      assert.match(stdout.find((line) => line.startsWith('NoNewPrivs')) ?? '', /\s1$/);
      assert.equal(stdout.length, capabilities.length + 1, stdout.join('\n'));
    });

    test('the root is read-only', onlyReal(driver), async () => {
      const writable = await image(
        'RUN mkdir -m 777 /open && echo before > /open/file && chmod 666 /open/file',
        shellCommand('echo x > /open/new; echo x > /open/file; cat /open/file; ls /open; echo x > /etc/x'),
      );

      const { stdout } = await tryRun(space, writable);

      assert.deepEqual(stdout, ['before', 'file']);
    });

    test('/data and /tmp take what they are given room for and no more', onlyReal(driver), async () => {
      const script = (folder: string): string =>
        `dd if=/dev/zero of=${folder}/small bs=1M count=1 2>/dev/null && echo small; dd if=/dev/zero of=${folder}/large bs=1M count=16 2>/dev/null || echo full`;

      for (const folder of ['/data', '/tmp']) {
        const { stdout } = await runScript(script(folder));
        assert.deepEqual(stdout, ['small', 'full'], folder);
      }
    });

    test('/data holds nothing of the image’s own /data', onlyReal(driver), async () => {
      const prepared = await image(
        'RUN mkdir -p /data && echo 1e9 > /data/perf.json && chmod -R 777 /data',
        shellCommand('ls -A /data; true'),
      );

      const { outcome, stdout } = await tryRun(space, prepared);

      assert.deepEqual(stdout, []);
      assert.equal(outcome.result.kind, 'missing');
    });

    test('the image’s VOLUME, HEALTHCHECK and STOPSIGNAL count for nothing', onlyReal(driver), async () => {
      const declared = await image(
        'RUN mkdir -m 777 /vol && echo baked > /vol/file',
        'VOLUME ["/vol", "/made/by/volume", "/data", "/tmp"]',
        'STOPSIGNAL SIGCONT',
        'HEALTHCHECK --interval=1s CMD echo x > /data/healthcheck',
        shellCommand(
          'echo x > /vol/new && echo written; cat /vol/file; sleep 3; ls /data; echo 1 > /data/perf.json',
        ),
      );

      const { outcome, stdout } = await tryRun(space, declared);

      assert.deepEqual(stdout, ['baked']);
      assert.equal(resultText(outcome.result), '1\n');
    });

    test('what it leaves running is dead before the result is taken', onlyReal(driver), async () => {
      const { outcome } = await runScript(
        '(setsid sh -c "trap \'\' HUP TERM; sleep 1; echo late > /data/perf.json; sleep 100" &) ; echo early > /data/perf.json',
      );
      await delay(1_500);

      assert.equal(resultText(outcome.result), 'early\n');
    });

    test('it sees nothing of our environment, and no terminal', onlyReal(driver), async () => {
      const { stdout } = await runScript('env; cat; test -t 0 || test -t 1 && echo a terminal; true');

      assert.doesNotMatch(stdout.join('\n'), new RegExp(`${CANARY}|a terminal`));
      assert.deepEqual(
        stdout.map((line) => line.split('=')[0]).filter((name) => !ENV_NAMES.has(name ?? '')),
        [],
      );
    });

    resultForms(driver, runScript);
  });

  suite(`runner contract, what is left: ${driver.name}`, { skip: driver.skip }, () => {
    let under: EngineUnderTest;
    before(async () => {
      under = await driver.create();
    });
    after(() => under?.[Symbol.asyncDispose]());

    test('nothing is left of any end', onlyReal(driver), async () => {
      {
        await using room = await openSpace(under);
        const built = await mustBuild(
          room,
          `FROM ${under.base.address}\nVOLUME /vol\n${shellCommand('sleep 100')}\n`,
        );
        await tryRun(room, built, { limits: { timeoutMs: 1_000 } });
        await tryRun(room, built, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
      }

      assert.deepEqual(await under.leftovers(), []);
    });
  });
}

/** What an engine or a shell sets by itself. */
const ENV_NAMES = new Set(['PATH', 'HOME', 'HOSTNAME', 'PWD', 'SHLVL', 'TERM', 'container']);
