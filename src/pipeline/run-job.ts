import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DrydockError, ERRORS, isDrydockError } from '../core/errors.ts';
import type { FinalStatus } from '../core/job.ts';
import type { Reason } from '../core/outcome.ts';
import type { EngineSpace, JobEventData, OpenImage } from '../core/ports.ts';
import type { JobReport, StepRecord } from '../core/report.ts';
import type { PipelineDeps } from './deps.ts';
import { type JobInput, need, type Parts, type Step, type StepContext, type StepEnd } from './step.ts';
import { auditStep } from './steps/audit.ts';
import { buildStep } from './steps/build.ts';
import { gateStep } from './steps/gate.ts';
import { intakeStep } from './steps/intake.ts';
import { inventoryStep } from './steps/inventory.ts';
import { runStep } from './steps/run.ts';
import { scanStep } from './steps/scan.ts';

/** The way of one job. Each step takes what those before it made; the verdict is what they amount to. */
const STEPS: readonly Step[] = [intakeStep, auditStep, buildStep, inventoryStep, scanStep, gateStep, runStep];

export interface JobHooks {
  /** What happens, as it happens. */
  readonly emit: (event: JobEventData) => void;
}

/**
 * Takes one untrusted submission the whole way and answers with the report. A failed submission is a report; a
 * cancelled one too (`signal`). Everything the job made is gone when this settles.
 * Throws `DrydockError` when a step could not be tried: the table says whether trying again is worth it.
 */
export async function runJob(
  input: JobInput,
  deps: PipelineDeps,
  hooks: JobHooks,
  signal: AbortSignal,
): Promise<JobReport> {
  await using room = await openRoom(input, deps);
  const startedAt = deps.clock.now();
  const records: StepRecord[] = [];
  const warnings: string[] = [];
  let parts: Parts = {};
  let end: { readonly status: FinalStatus; readonly reasons: readonly Reason[] } = {
    status: 'success',
    reasons: [],
  };
  for (const step of STEPS) {
    if (end.status !== 'success') {
      records.push({ name: step.name, status: 'skipped', durationMs: 0, summary: 'not reached' });
      continue;
    }
    const outcome = await runStepTimed(step, parts, { input, deps, room, emit: hooks.emit, signal });
    records.push(outcome.record);
    if (outcome.end === null) {
      end = {
        status: 'canceled',
        reasons: [{ code: 'canceled', stage: step.name, message: 'The job was cancelled.' }],
      };
      continue;
    }
    parts = { ...parts, ...outcome.end.adds };
    warnings.push(...(outcome.end.warnings ?? []));
    if (outcome.end.status === 'failed') end = { status: 'failed', reasons: outcome.end.reasons ?? [] };
  }
  const report = assemble({ input, deps, parts, end, warnings, records, startedAt });
  const verdict = report.steps.at(-1);
  if (verdict !== undefined) emitEnd(hooks, verdict);
  return report;
}

interface StepWorld {
  readonly input: JobInput;
  readonly deps: PipelineDeps;
  readonly room: Room;
  readonly emit: JobHooks['emit'];
  readonly signal: AbortSignal;
}

/** One step within its time. `end` is null when the job was cancelled in it. */
async function runStepTimed(
  step: Step,
  parts: Parts,
  world: StepWorld,
): Promise<{ readonly end: StepEnd | null; readonly record: StepRecord }> {
  const { input, deps, room, emit, signal } = world;
  emit({ type: 'stage', stage: step.name, state: 'started', summary: '', durationMs: null });
  const since = performance.now();
  const deadline = AbortSignal.timeout(step.timeoutMs);
  const context: StepContext = {
    input,
    deps,
    workDir: room.workDir,
    space: room.space,
    image: () => room.image(need(parts, 'build').image),
    emit,
    signal: AbortSignal.any([signal, deadline]),
  };
  const finish = (status: StepRecord['status'], summary: string): StepRecord => {
    const record = { name: step.name, status, durationMs: Math.round(performance.now() - since), summary };
    emitEnd({ emit }, record);
    return record;
  };
  try {
    signal.throwIfAborted();
    const end = await step.run(parts, context);
    return { end, record: finish(end.status, end.summary) };
  } catch (error) {
    if (signal.aborted) return { end: null, record: finish('canceled', 'cancelled') };
    // The submitter reads this line: what only the operator can mend is told by its title alone.
    finish('error', isDrydockError(error) ? ERRORS[error.code].title : ERRORS['invariant-broken'].title);
    if (deadline.aborted)
      throw new DrydockError(
        'invariant-broken',
        `The step ${step.name} was expected to end within ${step.timeoutMs} ms, it did not.`,
        { cause: error },
      );
    throw error;
  }
}

function emitEnd({ emit }: JobHooks, { name, status, summary, durationMs }: StepRecord): void {
  emit({ type: 'stage', stage: name, state: status, summary, durationMs });
}

interface Made {
  readonly input: JobInput;
  readonly deps: PipelineDeps;
  readonly parts: Parts;
  readonly end: { readonly status: FinalStatus; readonly reasons: readonly Reason[] };
  readonly warnings: readonly string[];
  readonly records: readonly StepRecord[];
  readonly startedAt: Date;
}

function assemble({ input, deps, parts, end, warnings, records, startedAt }: Made): JobReport {
  const finishedAt = deps.clock.now();
  const verdict: StepRecord = {
    name: 'verdict',
    status: end.status === 'success' ? 'passed' : end.status,
    durationMs: finishedAt.getTime() - startedAt.getTime(),
    summary: end.status,
  };
  return {
    version: 1,
    drydock: deps.version,
    job: { id: input.id, name: input.name, attempt: input.attempt },
    verdict: { ...end, warnings: [...new Set(warnings)] },
    performance: end.status === 'success' ? (parts.performance ?? null) : null,
    hardening: parts.audit?.hardening ?? null,
    startedAt: startedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    steps: [...records, verdict],
    payload: parts.payload ?? null,
    audit: parts.audit ?? null,
    build: parts.build ?? null,
    inventory: parts.inventory ?? null,
    scan: parts.scan ?? null,
    gate: parts.gate ?? null,
    run: parts.run ?? null,
  };
}

/** What the job holds while it runs. */
interface Room extends AsyncDisposable {
  readonly workDir: string;
  readonly space: () => Promise<EngineSpace>;
  readonly image: (digest: NonNullable<Parts['build']>['image']) => Promise<OpenImage>;
}

async function openRoom(input: JobInput, deps: PipelineDeps): Promise<Room> {
  const workDir = await mkdtemp(join(tmpdir(), 'drydock-job-'));
  let space: Promise<EngineSpace> | undefined;
  let image: Promise<OpenImage> | undefined;
  const openSpace = (): Promise<EngineSpace> =>
    (space ??= deps.engine.openSpace(`${input.id}-${input.attempt}`));
  const close = async (it: Promise<AsyncDisposable> | undefined): Promise<void> =>
    (await it?.catch(() => undefined))?.[Symbol.asyncDispose]();
  return {
    workDir,
    space: openSpace,
    image: async (digest) => {
      if (digest === null)
        throw new DrydockError('invariant-broken', 'An image was expected from the build, there is none.');
      image ??= openSpace().then(({ images }) => images.open(digest));
      return image;
    },
    [Symbol.asyncDispose]: async () => {
      try {
        await close(image);
      } finally {
        try {
          await close(space);
        } finally {
          await rm(workDir, { recursive: true, force: true });
        }
      }
    },
  };
}
