import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from 'tar-stream';
import type { EngineSpace } from '../../src/core/ports.ts';
import { exec, spawnChild } from '../../src/engines/exec.ts';
import { createHost } from '../../src/engines/podman/host.ts';
import { mustBuild, openSpace, resultText, shellCommand, tryBuild, tryRun } from './kit.ts';
import { IS_ROOT, type PodmanUnderTest, podmanDriver } from './podman-driver.ts';

const driver = podmanDriver({ withGvisor: false });

suite(`attacks on ${driver.name}`, { skip: driver.skip }, () => {
  let under: PodmanUnderTest;
  let space: EngineSpace;
  let folder: string;
  let from: string;

  before(async () => {
    under = await driver.create();
    space = await openSpace(under);
    folder = await mkdtemp(join(tmpdir(), 'drydock-host-'));
    from = `FROM ${under.base.address}\n`;
  });
  after(async () => {
    await space?.[Symbol.asyncDispose]();
    const leftovers = await under?.leftovers();
    await under?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
    assert.deepEqual(leftovers, []);
  });

  /** Builds an image of nothing but a shell and these links: what no RUN could make. */
  async function imageOf(links: Readonly<Record<string, string>>, cmd: string): Promise<`sha256:${string}`> {
    const contextTar = join(folder, 'context.tar');
    const tar = pack();
    const written = pipeline(tar, createWriteStream(contextTar));
    tar.entry({ name: 'root/bin/sh', mode: 0o755 }, await readFile('/bin/busybox'));
    for (const [name, linkname] of Object.entries(links))
      tar.entry({ name: `root/${name}`, type: 'symlink', linkname });
    tar.finalize();
    await written;
    return await mustBuild(space, `FROM scratch\nCOPY root/ /\n${cmd}\n`, { contextTar });
  }

  test('a working folder behind a leaked descriptor leads to no host file (CVE-2024-21626)', async () => {
    const canary = join(folder, 'canary');
    await writeFile(canary, 'HOST-CANARY', { mode: 0o644 });

    for (const fd of [3, 5, 7, 8, 9, 10]) {
      const { text } = await tryBuild(
        space,
        `${from}WORKDIR /proc/self/fd/${fd}\nRUN cat ../../../../../../../..${canary}; ls -a ..; true\n`,
      );
      assert.doesNotMatch(text, /HOST-CANARY/, `descriptor ${fd}`);
    }
  });

  test('an image whose working folder is of the kernel is not started', async () => {
    for (const path of ['/proc/self/fd/7', '/sys', '//proc/1/root', '/dev/fd']) {
      const image = await mustBuild(
        space,
        `${from}${shellCommand('echo ran')}\nLABEL a=b\nWORKDIR ${path}\n`,
      ).catch(() => undefined);
      if (image === undefined) continue;

      const { outcome, stdout } = await tryRun(space, image);

      assert.equal(outcome.status, 'not-started', path);
      assert.deepEqual(stdout, []);
    }
  });

  test('an image with a link where the engine mounts is not started (CVE-2026-41579)', async () => {
    for (const name of ['dev', 'proc', 'sys', 'etc', 'data', 'tmp']) {
      const image = await imageOf({ [name]: folder }, 'CMD ["/bin/sh", "-c", "echo ran"]');

      const { outcome, stdout } = await tryRun(space, image);

      assert.equal(outcome.status, 'not-started', name);
      assert.match(
        outcome.status === 'not-started' ? outcome.message : '',
        new RegExp(`/${name} in the image`),
      );
      assert.deepEqual(stdout, []);
    }
    assert.deepEqual(
      (await readdir(folder)).filter((name) => !['canary', 'context.tar'].includes(name)),
      [],
    );
  });

  test('users are not looked up in a FIFO, a device or a huge file (CVE-2024-9676)', async () => {
    const forms = [
      'rm /etc/passwd && mkfifo /etc/passwd',
      'ln -sf /dev/zero /etc/group',
      'truncate -s 2G /etc/passwd',
    ];
    for (const form of forms) {
      const { outcome: built } = await tryBuild(space, `${from}RUN ${form}\n${shellCommand('echo ran')}\n`, {
        limits: { timeoutMs: 20_000 },
      });
      if (built.status !== 'built') continue;

      const { outcome } = await tryRun(space, built.image);

      assert.equal(outcome.status, 'not-started', form);
    }
  });

  test('a step after /etc/passwd became a FIFO ends in time', async () => {
    const since = performance.now();

    await tryBuild(space, `${from}RUN rm /etc/passwd && mkfifo /etc/passwd\nUSER someone\nRUN id\n`, {
      limits: { timeoutMs: 5_000 },
    });

    assert.ok(performance.now() - since < 15_000);
  });

  test('a bind mount of a link to / brings nothing of the host (CVE-2024-1753)', async () => {
    const canary = join(folder, 'canary');

    const { text } = await tryBuild(
      space,
      `FROM ${under.base.address} AS exploit\nRUN ln -s / /rootdir\n${from}RUN --mount=type=bind,from=exploit,source=/rootdir,destination=/exploit,rw cat /exploit${canary}; touch /exploit/BIND_BREAKOUT; ls -a /exploit; true\n`,
    );

    assert.doesNotMatch(text, /HOST-CANARY/);
    await assert.rejects(stat('/BIND_BREAKOUT'), { code: 'ENOENT' });
  });

  test('the helpers of the kernel cannot be changed (core_pattern and its like)', async () => {
    const paths = ['/proc/sys/kernel/core_pattern', '/proc/sys/kernel/hostname', '/proc/sysrq-trigger'];
    const read = () => Promise.all(paths.slice(0, 2).map((path) => readFile(path, 'utf8')));
    const original = await read();
    const script = paths.map((path) => `echo '|/evil' > ${path}`).join('; ');

    await tryBuild(space, `${from}RUN ${script}; mount -o remount,rw /proc/sys; ${script}; true\n`);
    await tryRun(
      space,
      await mustBuild(space, `${from}RUN rm -f /dev/null; true\n${shellCommand(`${script}; true`)}\n`),
    );

    assert.deepEqual(await read(), original);
  });

  test('a program has no capability, no way to more, and a filter of system calls', async () => {
    const { stdout } = await tryRun(
      space,
      await mustBuild(
        space,
        `${from}${shellCommand('grep -E "^(CapEff|CapBnd|NoNewPrivs|Seccomp):" /proc/self/status; unshare -Ur true && echo made; unshare -n true && echo made; true')}\n`,
      ),
    );

    assert.deepEqual(stdout.map((line) => line.replace(/\s+/g, ' ')).toSorted(), [
      'CapBnd: 0000000000000000',
      'CapEff: 0000000000000000',
      'NoNewPrivs: 1',
      'Seccomp: 2',
    ]);
  });

  test('a fork bomb stays below its limit, and nothing of it is left', async () => {
    const count = async (): Promise<number> =>
      (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).length;
    const image = await mustBuild(
      space,
      `${from}${shellCommand('f() { f | f & }; f; sleep 5; echo done')}\n`,
    );
    const usual = await count();
    let most = 0;
    const look = async (): Promise<void> => {
      most = Math.max(most, await count());
    };
    const timer = setInterval(() => void look(), 50);

    await tryRun(space, image, { limits: { timeoutMs: 4_000, pids: 64 } });
    clearInterval(timer);

    // The engine's own processes, the next cell and what else this machine starts meanwhile.
    assert.ok(most - usual < 64 + 60, `${most - usual} processes more than before`);
    assert.ok((await count()) - usual < 20);
  });

  test('what leaves its session is dead when a build or a run has ended', async () => {
    const mark = 'sleep 31337';
    const survivor = `(setsid sh -c "trap '' HUP TERM; ${mark} & ${mark}" >/dev/null 2>&1 &)`;

    const image = await mustBuild(
      space,
      `${from}RUN ${survivor}; true\n${shellCommand(`${survivor}; true`)}\n`,
    );
    await tryRun(space, image);

    const commands = await Promise.all(
      (await readdir('/proc'))
        .filter((name) => /^\d+$/.test(name))
        .map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
    );
    assert.deepEqual(
      commands.filter((command) => command.replaceAll('\0', ' ').trim() === mark),
      [],
    );
  });

  test('a line that the builder would drop, and all lines after it with it, is refused', async () => {
    const { outcome } = await tryBuild(space, `${from}LABEL a=${'x'.repeat(70_000)}\nUSER 1234\n`);

    assert.equal(outcome.status, 'failed');
    assert.match(outcome.status === 'failed' ? outcome.message : '', /line 2/);
  });

  test('an environment that is too large to start with is said to be', async () => {
    const env = Array.from({ length: 3 }, (_, index) => `ENV V${index}=${'x'.repeat(30_000)}\n`).join('');
    const image = await mustBuild(space, `${from}${env}${shellCommand('echo ran')}\n`);

    const { outcome } = await tryRun(space, image);

    assert.equal(outcome.status, 'not-started');
    assert.match(outcome.status === 'not-started' ? outcome.message : '', /environment/);
  });

  test('many labels change nothing of a run', async () => {
    const labels = Array.from({ length: 3 }, (_, index) => `LABEL l${index}=${'x'.repeat(10_000)}\n`).join(
      '',
    );
    const image = await mustBuild(space, `${from}${labels}${shellCommand('echo ran')}\n`);

    const { stdout } = await tryRun(space, image);

    assert.deepEqual(stdout, ['ran']);
  });

  test('an engine that is taken over sees the system, its space and the bases, and writes only its space', async () => {
    const host = await createHost({
      engineDir: under.engineDir,
      accountName: (await accountOf(under.engineDir)) ?? userInfo().username,
      runscPaths: [],
    });
    await using cell = await host.startCell(
      join(under.engineDir, 'spaces', (await spaceIds(under))[0] ?? ''),
    );
    let seen = '';
    const look = `ls /; echo --; ls -A /home /root /tmp /run /mnt /var/lib 2>/dev/null; echo --; cat ${folder}/canary; echo --; for f in /etc/x /usr/x /bases/x /sys/x /proc/sys/kernel/x; do touch $f 2>/dev/null && echo wrote $f; done; hostname; cat /proc/1/environ`;

    await cell.spawn({
      command: 'sh',
      args: ['-c', look],
      env: { PATH: '/usr/bin:/bin' },
      maxOutputBytes: 65_536,
      onOutput: (stream, chunk) => {
        if (stream === 'stdout') seen += chunk.toString('utf8');
      },
      onOutputExceeded: () => undefined,
    });

    const [top = '', inside = ''] = seen.split('--\n');
    const known =
      /^(bases|bin|dev|etc|etc-fstab|lib|lib32|lib64|libx32|proc|root|run|sbin|space|sys|tmp|usr|var)$/;
    assert.deepEqual(
      top
        .trim()
        .split('\n')
        .filter((name) => !known.test(name)),
      [],
    );
    assert.doesNotMatch(inside, /docker|postgres|\.ssh|drydock/);
    assert.doesNotMatch(seen, /HOST-CANARY|wrote|SECRET|TOKEN/);
  });

  test('a build with an open network reaches no address of this host', async (t) => {
    await using device = await openTunDevice();
    if (!device.isUsable) return t.skip('/dev/net/tun is closed to this user');
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.end('HOST-CANARY\n');
    });
    await once(server.listen(0, '0.0.0.0'), 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const own = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ family, internal }) => family === 'IPv4' && !internal);
    const targets = ['127.0.0.1', '10.0.2.2', '10.0.2.100', ...own.map((one) => one.address)];

    const { outcome, text, isolation } = await tryBuild(
      space,
      `${from}RUN cat /proc/net/dev; ${targets.map((target) => `nc -w 2 ${target} ${address.port} </dev/null`).join('; ')}; true\n`,
      { network: 'open' },
    );
    server.close();

    assert.equal(outcome.status, 'built', text);
    assert.match(text, /tap0/);
    assert.doesNotMatch(text, /HOST-CANARY/);
    assert.equal(connections, 0);
    assert.ok(isolation.degraded.some((line) => /network/.test(line)));
  });

  test('a service that is killed takes its cells with it, and the next sweep removes the rest', async () => {
    const id = 'of-a-dead-service';
    const script = `
      import { createPodmanEngine } from ${JSON.stringify(join(import.meta.dirname, '../../src/engines/podman/engine.ts'))};
      const engine = createPodmanEngine(${JSON.stringify({ engineDir: under.engineDir, accountName: await accountOf(under.engineDir), runscPaths: [] })});
      const space = await engine.openSpace('${id}');
      await space.builder.build({ dockerfile: ${JSON.stringify(`${from}RUN echo started; sleep 31338\n`)}, contextTar: null,
        buildArgs: {}, network: 'none', limits: { timeoutMs: 100000, memoryBytes: 2 ** 28, cpus: 1, pids: 64, diskBytes: 2 ** 28, maxOutputBytes: 2 ** 20 },
        onLog: ({ text }) => console.log(text) }, new AbortController().signal);`;
    const service = await spawnChild({
      command: process.execPath,
      args: ['--input-type=module', '--eval', script],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', TMPDIR: tmpdir() },
    });
    let said = '';
    for await (const chunk of service.stdout) {
      said += String(chunk);
      if (/^started$/m.test(said)) break;
    }

    process.kill(service.pid, 'SIGKILL');
    await service.ended;
    await sleep(1500);

    const { stdout } = await exec({
      command: 'ps',
      args: ['-e', '-o', 'args'],
      env: { PATH: '/bin:/usr/bin' },
      timeoutMs: 5_000,
      maxOutputBytes: 1 << 20,
    });
    assert.doesNotMatch(stdout, /^sleep 31338$/m);
    assert.ok((await spaceIds(under)).includes(id));
    const removed = await under.engine.sweep(await otherSpaces(under, id));
    assert.ok(
      removed.some((line) => line.includes(id)),
      removed.join(),
    );
    assert.ok(!(await spaceIds(under)).includes(id));
  });
});

const gvisor = podmanDriver({ withGvisor: true });

suite(`gVisor under ${gvisor.name}`, { skip: gvisor.skip }, () => {
  let under: PodmanUnderTest;
  let space: EngineSpace;
  let isMissing = false;

  before(async () => {
    under = await gvisor.create();
    isMissing = !(await under.engine.describe()).sandboxes.includes('gvisor');
    space = await openSpace(under);
  });
  after(async () => {
    await space?.[Symbol.asyncDispose]();
    await under?.[Symbol.asyncDispose]();
  });

  test('auto takes it, says so, and the program sees its kernel and not ours', async (t) => {
    if (isMissing) return t.skip('no runsc on this machine');
    const image = await mustBuild(
      space,
      `FROM ${under.base.address}\n${shellCommand('cat /proc/version; cat /proc/net/dev; id -u; echo 7 > /data/perf.json')}\n`,
    );

    const { outcome, isolation, stdout } = await tryRun(space, image);

    assert.equal(isolation.sandbox, 'gvisor');
    assert.equal(isolation.level, 'L1');
    assert.ok(!stdout.includes((await readFile('/proc/version', 'utf8')).trim()));
    assert.ok(stdout.includes('65532'));
    assert.equal(resultText(outcome.result), '7\n');
  });

  test('its limits of time, memory and processes hold', async (t) => {
    if (isMissing) return t.skip('no runsc on this machine');
    const run = async (script: string, limits: Parameters<typeof tryRun>[2]) =>
      await tryRun(
        space,
        await mustBuild(space, `FROM ${under.base.address}\n${shellCommand(script)}\n`),
        limits,
      );

    const slow = await run('echo 1 > /data/perf.json; sleep 100', { limits: { timeoutMs: 3_000 } });
    const fat = await run('dd if=/dev/zero of=/dev/null bs=600M count=1', {});
    const many = await run(
      'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); sleep 5 & done; echo all were started',
      {},
    );

    assert.equal(slow.outcome.status, 'timed-out');
    assert.equal(resultText(slow.outcome.result), '1\n');
    assert.equal(fat.outcome.status, 'out-of-memory');
    assert.deepEqual(many.stdout, []);
  });

  test('a file is still taken when the sandbox was asked for by name', async (t) => {
    if (isMissing) return t.skip('no runsc on this machine');
    const image = await mustBuild(
      space,
      `FROM ${under.base.address}\n${shellCommand('ln -s /etc/passwd /data/perf.json; exit 4')}\n`,
    );

    const { outcome } = await tryRun(space, image, { sandbox: 'gvisor' });

    assert.equal(outcome.status === 'exited' && outcome.exitCode, 4);
    assert.equal(outcome.result.kind, 'refused');
  });
});

/** slirp4netns needs /dev/net/tun, which every udev opens to all; root may do the same for a test. */
async function openTunDevice(): Promise<AsyncDisposable & { readonly isUsable: boolean }> {
  const { mode } = await stat('/dev/net/tun');
  if (IS_ROOT) await chmod('/dev/net/tun', 0o666);
  return {
    isUsable: IS_ROOT || (mode & 0o006) === 0o006,
    async [Symbol.asyncDispose]() {
      if (IS_ROOT) await chmod('/dev/net/tun', mode & 0o777);
    },
  };
}

/** The account that owns the base store: the one that the driver made. */
async function accountOf(engineDir: string): Promise<string | undefined> {
  if (!IS_ROOT) return undefined;
  const { uid } = await stat(join(engineDir, 'bases'));
  const users = await readFile('/etc/passwd', 'utf8');
  return users
    .split('\n')
    .find((line) => line.split(':')[2] === String(uid))
    ?.split(':')[0];
}

async function spaceIds(under: PodmanUnderTest): Promise<readonly string[]> {
  const entries = await readdir(join(under.engineDir, 'spaces'), { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function otherSpaces(under: PodmanUnderTest, id: string): Promise<readonly string[]> {
  return (await spaceIds(under)).filter((other) => other !== id);
}
