import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { readConfig } from '../../src/app/config.ts';
import { openLocal } from '../../src/app/local.ts';
import { packContext } from '../../src/app/pack-context.ts';
import { isDrydockError } from '../../src/core/errors.ts';
import { DEFAULT_INTAKE_LIMITS } from '../../src/core/limits.ts';
import type { JobEventData } from '../../src/core/ports.ts';
import type { JobReport } from '../../src/core/report.ts';
import { DEFAULT_POLICY, type Policy } from '../../src/policy/policy.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples/dockerfiles');
const policy: Policy = {
  ...DEFAULT_POLICY,
  bases: {
    ...DEFAULT_POLICY.bases,
    unknown: 'substitute',
    substitutes: { 'docker.io/library/ubuntu:latest': 'docker.io/library/debian:bookworm-slim' },
  },
  run: { ...DEFAULT_POLICY.run, limits: { ...DEFAULT_POLICY.run.limits, timeoutMs: 20_000 } },
};
const config = readConfig({});
const local = await openLocal(config, policy);
// Jobs put their files here, so that what they leave behind is seen.
const folder = await mkdtemp(join(tmpdir(), 'drydock-job-test-'));
process.env['TMPDIR'] = folder;
after(async () => {
  await local[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

interface Ran {
  readonly report: JobReport;
  readonly events: readonly JobEventData[];
}

async function run(
  dockerfile: string,
  options: { readonly context?: string; readonly signal?: AbortSignal } = {},
): Promise<Ran> {
  const events: JobEventData[] = [];
  const submission = {
    name: 'test',
    dockerfile: gzipSync(dockerfile).toString('base64'),
    ...(options.context === undefined ? {} : { context: options.context }),
  };
  const report = await local.runJob(
    submission,
    (event) => events.push(event),
    options.signal ?? new AbortController().signal,
  );
  return { report, events };
}

const codes = ({ report }: Ran): readonly string[] => report.verdict.reasons.map(({ code }) => code);
const busybox = (...lines: string[]): string => ['FROM busybox', 'USER 1000', ...lines].join('\n');

suite('the way of one job, on the real engine', () => {
  test("the seed's own example, as printed, is a success with performance 0.99 on the substitute that the policy names", async () => {
    const seed = await readFile(join(EXAMPLES, 'seed/Dockerfile'), 'utf8');

    const { report, events } = await run(seed);

    assert.equal(report.verdict.status, 'success', JSON.stringify(report.verdict.reasons));
    assert.equal(report.performance, 0.99);
    assert.ok(report.verdict.warnings.some((warning) => /typographic/.test(warning)));
    assert.deepEqual(
      report.build?.bases.map(({ named, isSubstituted }) => ({ named, isSubstituted })),
      [{ named: 'ubuntu:latest', isSubstituted: true }],
    );
    assert.equal(report.scan?.status, 'scanned');
    assert.ok((report.inventory?.packages.length ?? 0) > 50);
    assert.deepEqual(
      report.steps.map(({ name }) => name),
      ['intake', 'audit', 'build', 'inventory', 'scan', 'gate', 'run', 'verdict'],
    );
    assert.ok(events.some((event) => event.type === 'log' && /STEP/.test(event.text)));
  });

  test('a base without its security updates is refused by the gate, by CVE and clause, and never run', async () => {
    const ran = await run('FROM debian:bookworm-unpatched\nUSER 1000\nCMD ["/bin/true"]\n');

    assert.equal(ran.report.verdict.status, 'failed');
    assert.ok(codes(ran).every((code) => code === 'vulnerable'));
    assert.match(ran.report.verdict.reasons[0]?.message ?? '', /^CVE-\d+-\d+ \(high\) in .+: fixed in /);
    assert.match(ran.report.verdict.reasons[0]?.clause ?? '', /vulnerabilities\.failOn/);
    assert.equal(ran.report.run, null);
    assert.equal(ran.report.steps.find(({ name }) => name === 'run')?.status, 'skipped');
  });

  test('a private key in the context is found in the image, masked, and closes the gate', async () => {
    const key =
      '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj\n-----END PRIVATE KEY-----';

    const ran = await run(
      busybox(
        `RUN printf '%s' '${key.replaceAll('\n', '\\n')}' > /tmp/id_rsa && mkdir -p /tmp/.ssh && printf '%b' '${key.replaceAll('\n', '\\n')}' > /tmp/id_ed25519`,
      ),
    );

    assert.ok(codes(ran).includes('secret-found'), JSON.stringify(ran.report.scan?.secrets));
    assert.ok(!JSON.stringify(ran.report.scan).includes('MIIEvQIBADANBgkqhkiG9w0'));
  });

  test('COPY takes from the context that was sent; without one the failure says so', async () => {
    const context = await packContext(join(EXAMPLES, 'misbehaving'), DEFAULT_INTAKE_LIMITS);
    const dockerfile = busybox(
      'COPY misbehave.sh /m.sh',
      'CMD ["/bin/sh", "-c", "wc -l < /m.sh > /data/perf.json"]',
    );

    assert.ok(((await run(dockerfile, { context })).report.performance ?? 0) > 10);
    const without = await run(dockerfile);
    assert.deepEqual(codes(without), ['build-failed']);
    assert.match(without.report.verdict.reasons[0]?.message ?? '', /No build context was sent/);
  });

  for (const [title, dockerfile, code, said] of [
    ['a RUN that fails', busybox('RUN exit 7'), 'build-failed', /7/],
    ['RUN --mount', busybox('RUN --mount=type=bind,source=/,target=/x true'), 'build-refused', /mount/],
    ['a remote ADD', busybox('ADD http://169.254.169.254/latest/meta-data /x'), 'build-refused', /ADD/],
    ['COPY --from an image outside', busybox('COPY --from=alpine:3 / /x'), 'build-refused', /alpine/],
    ['a custom syntax frontend', `# syntax=evil/frontend\n${busybox()}`, 'audit-refused', /frontend|syntax/i],
    [
      'WORKDIR into a descriptor of the runtime',
      busybox('WORKDIR /proc/self/fd/8'),
      'audit-refused',
      /\/proc/,
    ],
    [
      'a FROM that nothing allows',
      'FROM registry.invalid/x:1\nUSER 1\n',
      'base-refused',
      /registry\.invalid/,
    ],
    ['no FROM', 'RUN true\n', 'payload-refused', /FROM/],
    ['a program that fails', busybox('CMD ["/bin/sh", "-c", "exit 3"]'), 'run-failed', /3/],
    ['no such program', busybox('CMD ["/nope"]'), 'run-not-started', /./],
    [
      'a performance that is no number',
      busybox(`CMD echo '{"perf":"high"}' > /data/perf.json`),
      'perf-unusable',
      /a string/,
    ],
    [
      'a performance that is a link',
      busybox('CMD ln -s /etc/passwd /data/perf.json'),
      'perf-unusable',
      /link/,
    ],
    ['a performance that is a folder', busybox('CMD mkdir /data/perf.json'), 'perf-unusable', /a folder/],
  ] as const)
    test(`${title} is ${code}`, async () => {
      const ran = await run(dockerfile);

      assert.equal(ran.report.verdict.status, 'failed');
      assert.equal(codes(ran)[0], code, JSON.stringify(ran.report.verdict.reasons));
      assert.match(ran.report.verdict.reasons[0]?.message ?? '', said);
      assert.equal(ran.report.performance, null);
    });

  test('a program without perf.json is a success without a number, and the report says so', async () => {
    const { report } = await run(busybox('CMD ["/bin/true"]'));

    assert.equal(report.verdict.status, 'success');
    assert.equal(report.performance, null);
    assert.ok(report.verdict.warnings.some((warning) => /no \/data\/perf\.json/.test(warning)));
  });

  test('a cancelled job stops within seconds, says so, and leaves no folder', async () => {
    const stop = new AbortController();
    const started = performance.now();
    const running = run(busybox('RUN sleep 300'), { signal: stop.signal });
    setTimeout(() => stop.abort(), 1_500);

    const ran = await running;

    assert.equal(ran.report.verdict.status, 'canceled');
    assert.ok(performance.now() - started < 15_000);
    assert.deepEqual(await readdir(folder), []);
  });

  test('an engine that is not there is an error of the operator’s, not a verdict', async () => {
    const broken = await openLocal(
      { ...config, engine: 'docker', dockerSocket: '/nonexistent/docker.sock' },
      policy,
    );

    await assert.rejects(
      broken.runJob({ name: 'x', dockerfile: busybox() }, () => undefined, new AbortController().signal),
      (error) => isDrydockError(error, 'engine-unavailable'),
    );
  });
});
