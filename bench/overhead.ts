/**
 * What Drydock adds to the bare engine: the median whole job over the sum of a bare `podman build` and `podman run` of the
 * same Dockerfile on the same base, in one run, turn by turn.
 *
 *   node bench/overhead.ts [--rounds 7] [--seconds 10]
 *
 * Needs root (the bare Podman gets a store of its own) and the base `busybox` (drydock base build busybox).
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../src/app/config.ts';
import { openLocal } from '../src/app/local.ts';
import { COMMAND_LINE_POLICY } from '../src/policy/policy.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, seconds: { type: 'string', default: '10' } },
});
const ROUNDS = Number(values.rounds);
const LONG_SECONDS = Number(values.seconds);
const TAIL = 'USER 1000\nCMD echo 1 > /data/perf.json\n';
const CASES = [
  { name: 'trivial', dockerfile: `FROM busybox\nRUN true\n${TAIL}`, rounds: ROUNDS },
  {
    name: `${LONG_SECONDS} s`,
    dockerfile: `FROM busybox\nRUN sleep ${LONG_SECONDS}\n${TAIL}`,
    rounds: Math.min(3, ROUNDS),
  },
];

const folder = mkdtempSync(join(tmpdir(), 'drydock-overhead-'));
const local = await openLocal(readConfig(process.env), {
  ...COMMAND_LINE_POLICY,
  run: { ...COMMAND_LINE_POLICY.run, sandbox: 'runc' },
});
try {
  const bare = openBare();
  console.log('| Dockerfile | bare build + run | whole job | added | ratio |\n|---|---:|---:|---:|---:|');
  for (const { name, dockerfile, rounds } of CASES) {
    await wholeJob(dockerfile);
    bare(dockerfile);
    const times = { bare: [] as number[], job: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      times.bare.push(bare(dockerfile));
      times.job.push(await wholeJob(dockerfile));
    }
    const [without, within] = [median(times.bare), median(times.job)];
    console.log(
      `| ${name} (${rounds} rounds) | ${without.toFixed(0)} ms | ${within.toFixed(0)} ms | ${(within - without).toFixed(0)} ms | ${(within / without).toFixed(2)} |`,
    );
  }
  console.log(
    `\nMemory of this process, which did the jobs: ${Math.round(process.memoryUsage().rss / 2 ** 20)} MiB`,
  );
} finally {
  await local[Symbol.asyncDispose]();
  spawnSync('podman', [...bareStore(), 'rmi', '--all', '--force'], { stdio: 'ignore' });
  spawnSync('umount', ['-l', join(folder, 'storage/overlay')], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
}

async function wholeJob(dockerfile: string): Promise<number> {
  const since = performance.now();
  const report = await local.runJob(
    { name: 'bench', dockerfile },
    () => undefined,
    new AbortController().signal,
  );
  if (report.verdict.status !== 'success')
    throw new Error(`the job was expected to succeed: ${JSON.stringify(report.verdict)}`);
  return performance.now() - since;
}

function bareStore(): string[] {
  return [
    '--root',
    join(folder, 'storage'),
    '--runroot',
    join(folder, 'run'),
    '--runtime',
    'runc',
    '--cgroup-manager',
    'cgroupfs',
    '--events-backend',
    'none',
  ];
}

/** The same base in a plain Podman of root, and one timed build and run on it. */
function openBare(): (dockerfile: string) => number {
  const root = join(folder, 'rootfs');
  mkdirSync(join(root, 'bin'), { recursive: true });
  for (const name of ['data', 'tmp', 'etc', 'proc', 'sys', 'dev']) mkdirSync(join(root, name));
  writeFileSync(join(root, 'bin/busybox'), readFileSync('/bin/busybox'), { mode: 0o755 });
  for (const name of ['sh', 'true', 'sleep', 'echo'])
    execFileSync('ln', ['-s', 'busybox', join(root, 'bin', name)]);
  execFileSync('chmod', ['1777', join(root, 'data')]);
  execFileSync('tar', ['-C', root, '-cf', join(folder, 'base.tar'), '.']);
  execFileSync(
    'podman',
    [...bareStore(), 'import', '--quiet', join(folder, 'base.tar'), 'localhost/busybox:latest'],
    { stdio: 'ignore' },
  );
  mkdirSync(join(folder, 'context'));
  const limits = ['--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024', '--network', 'none'];
  return (dockerfile) => {
    writeFileSync(
      join(folder, 'Dockerfile'),
      dockerfile.replace('FROM busybox', 'FROM localhost/busybox:latest'),
    );
    const since = performance.now();
    execFileSync(
      'podman',
      [
        ...bareStore(),
        'build',
        '--no-cache',
        '--pull=never',
        ...limits,
        '--iidfile',
        join(folder, 'id'),
        '-f',
        join(folder, 'Dockerfile'),
        join(folder, 'context'),
      ],
      { stdio: 'ignore' },
    );
    execFileSync(
      'podman',
      [
        ...bareStore(),
        'run',
        '--rm',
        ...limits,
        '--tmpfs',
        '/data:rw',
        readFileSync(join(folder, 'id'), 'utf8'),
      ],
      { stdio: 'ignore' },
    );
    return performance.now() - since;
  };
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN;
}
