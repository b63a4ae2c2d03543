import type { Reason, RunOutcome } from '../../core/outcome.ts';
import type { RunResult } from '../../core/report.ts';
import { readPerformance } from '../performance.ts';
import { need, type Parts, type Step, type StepEnd } from '../step.ts';
import { runUser } from './run-user.ts';

/** The image run once, contained, and its number read. */
export const runStep: Step = {
  name: 'run',
  timeoutMs: 30 * 60_000,
  run: async (parts, { deps, image, space, emit, signal }) => {
    const digest = need(parts, 'build').image;
    if (digest === null) throw new TypeError('a build that passed has an image');
    const { uid, gid, note } = runUser((await image()).config.user);
    const { runner } = await space();
    const { sandbox, limits } = deps.policy.run;
    const request = {
      image: digest,
      sandbox,
      uid,
      gid,
      limits,
      onLog: (line: Parameters<typeof emitLog>[1]) => emitLog(emit, line),
    };
    const { outcome, isolation } = await runner.run(request, signal);
    const run: RunResult = {
      status: outcome.status,
      exitCode: outcome.status === 'exited' ? outcome.exitCode : null,
      signal: outcome.status === 'killed' ? outcome.signal : null,
      durationMs: outcome.durationMs,
      user: `${uid}:${gid}`,
      isolation,
      warnings: [
        ...(note === null ? [] : [note]),
        ...isolation.degraded.map((what) => `Isolation is degraded: ${what}`),
      ],
    };
    return endOf(outcome, run);
  },
};

function emitLog(
  emit: (event: { type: 'log'; stage: 'build' | 'run'; stream: 'stdout' | 'stderr'; text: string }) => void,
  line: { readonly stage: 'build' | 'run'; readonly stream: 'stdout' | 'stderr'; readonly text: string },
): void {
  emit({ type: 'log', ...line });
}

function endOf(outcome: RunOutcome, run: RunResult): StepEnd {
  const failure = failureOf(outcome);
  if (failure !== null)
    return {
      status: 'failed',
      summary: failure.message,
      reasons: [failure],
      warnings: run.warnings,
      adds: { run },
    };
  const { result } = outcome;
  const where = `in ${run.isolation.sandbox} (${run.isolation.level})`;
  if (result.kind === 'missing') {
    return passed({ run, performance: null }, `exit 0 ${where}, no performance`, [
      ...run.warnings,
      'The program wrote no /data/perf.json: there is no performance.',
    ]);
  }
  const reading =
    result.kind === 'refused'
      ? ({ status: 'unusable', why: `/data/perf.json can't be used: ${result.why}.` } as const)
      : readPerformance(result.content);
  if (reading.status === 'unusable') {
    const reason: Reason = { code: 'perf-unusable', stage: 'run', message: reading.why };
    return {
      status: 'failed',
      summary: reading.why,
      reasons: [reason],
      warnings: run.warnings,
      adds: { run },
    };
  }
  return passed(
    { run, performance: reading.performance },
    `exit 0 ${where}, performance ${reading.performance}`,
    [...run.warnings, ...reading.warnings],
  );
}

function passed(adds: Parts, summary: string, warnings: readonly string[]): StepEnd {
  return { status: 'passed', summary, warnings, adds };
}

function failureOf(outcome: RunOutcome): Reason | null {
  const because = (code: Reason['code'], message: string): Reason => ({ code, stage: 'run', message });
  switch (outcome.status) {
    case 'exited':
      return outcome.exitCode === 0
        ? null
        : because('run-failed', `The program ended with exit status ${outcome.exitCode}, 0 was expected.`);
    case 'killed':
      return because('run-killed', `The program was killed by ${outcome.signal}.`);
    case 'timed-out':
      return because(
        'run-timed-out',
        `The program was stopped after ${outcome.timeoutMs / 1000} s, the most that the policy gives it.`,
      );
    case 'out-of-memory':
      return because(
        'run-out-of-memory',
        `The program needed more than the ${Math.round(outcome.memoryBytes / 2 ** 20)} MiB of memory that the policy gives it.`,
      );
    case 'output-exceeded':
      return because(
        'run-output-exceeded',
        `The program printed more than the ${outcome.maxOutputBytes} bytes that the policy lets it.`,
      );
    case 'not-started':
      return because('run-not-started', outcome.message);
  }
}
