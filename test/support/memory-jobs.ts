import { randomUUID } from 'node:crypto';
import { isDigest } from '../../src/core/digest.ts';
import { DrydockError } from '../../src/core/errors.ts';
import { canBecome, isFinal, type Job, type JobStatus } from '../../src/core/job.ts';
import type { Reason } from '../../src/core/outcome.ts';
import type { Clock, JobEvent, JobPage, JobQuery, JobStore, NewJob } from '../../src/core/ports.ts';
import type { JobReport } from '../../src/core/report.ts';
import { readCursor, writeCursor } from '../../src/store/cursor.ts';
import { assertStorable } from '../../src/store/new-job.ts';
import type { RecordEvent } from './memory-events.ts';

/** Tries of one wish of the submitter when the failures are ours. */
const MAX_TRIES = 3;

export interface KeptJob {
  job: Job;
  context: string | null;
  /** Counts submissions, from 1. */
  readonly seq: number;
  tries: number;
  workerId: string;
  heardAtMs: number;
  readonly reports: Map<number, JobReport>;
  readonly events: JobEvent[];
}

interface Deps {
  readonly kept: Map<string, KeptJob>;
  readonly clock: Clock;
  readonly record: RecordEvent;
}

const CLEAN = {
  stage: null,
  performance: null,
  hardening: null,
  reason: null,
  startedAt: null,
  finishedAt: null,
  isCancelRequested: false,
} as const;

export function createMemoryJobs(deps: Deps): JobStore {
  return { ...createSubmissions(deps), ...createHolding(deps) };
}

function find({ kept }: Deps, id: string): KeptJob {
  const it = kept.get(id);
  if (it === undefined) throw new DrydockError('not-found', `A job ${id} was expected, there is none.`);
  return it;
}

function change({ clock }: Deps, it: KeptJob, fields: Partial<Job>): Job {
  it.job = { ...it.job, ...fields, updatedAt: clock.now().toISOString() };
  return it.job;
}

function become(deps: Deps, it: KeptJob, fields: Partial<Job> & { readonly status: JobStatus }): Job {
  if (!canBecome(it.job.status, fields.status))
    throw new DrydockError(
      'conflict',
      `A job that may become ${fields.status} was expected, it is ${it.job.status}.`,
    );
  const job = change(deps, it, fields);
  deps.record(job.id, job.attempt, { type: 'status', status: job.status, reason: job.reason });
  return job;
}

function again(deps: Deps, it: KeptJob, tries: number): Job {
  it.tries = tries;
  return become(deps, it, { ...CLEAN, status: 'init', attempt: it.job.attempt + 1 });
}

/** What submitters do. */
function createSubmissions(
  deps: Deps,
): Pick<
  JobStore,
  'create' | 'get' | 'list' | 'queuePosition' | 'replace' | 'retry' | 'cancel' | 'remove' | 'context'
> {
  const { kept, clock, record } = deps;
  let seq = 0;
  return {
    create: async (input) => {
      const job = newJob(input, clock.now().toISOString());
      seq += 1;
      const { context } = input;
      kept.set(job.id, {
        job,
        context,
        seq,
        tries: 1,
        workerId: '',
        heardAtMs: 0,
        reports: new Map(),
        events: [],
      });
      record(job.id, 1, { type: 'status', status: 'init', reason: null });
      return job;
    },
    get: async (id) => kept.get(id)?.job,
    list: async (query) => listJobs([...kept.values()], query),
    queuePosition: async (id) => {
      const it = kept.get(id);
      if (it?.job.status !== 'init') return null;
      return [...kept.values()].filter((other) => other.job.status === 'init' && other.seq < it.seq).length;
    },
    replace: async (id, input) => {
      const it = find(deps, id);
      assertStorable(input);
      if (it.job.status === 'processing')
        throw new DrydockError('conflict', 'A job that is not at work was expected; cancel it first.');
      const { context, ...fields } = input;
      const isSame = it.job.dockerfile === input.dockerfile && it.context === context;
      it.context = context;
      const job = change(deps, it, { ...fields, hasContext: context !== null });
      return isSame ? job : again(deps, it, 1);
    },
    retry: async (id) => {
      const it = find(deps, id);
      if (!isFinal(it.job.status))
        throw new DrydockError('conflict', `An ended job was expected, this one is ${it.job.status}.`);
      return again(deps, it, 1);
    },
    cancel: async (id) => {
      const it = find(deps, id);
      const { status } = it.job;
      if (status === 'canceled') return it.job;
      if (status === 'processing') return change(deps, it, { isCancelRequested: true });
      if (isFinal(status))
        throw new DrydockError('conflict', `A job that has not ended was expected, it is ${status}.`);
      return become(deps, it, ended(deps, { status: 'canceled', reason: canceled(it.job) }));
    },
    remove: async (id) => kept.delete(id),
    context: async (id) => kept.get(id)?.context ?? null,
  };
}

/** What workers do, each write fenced by the attempt. */
function createHolding(
  deps: Deps,
): Pick<JobStore, 'start' | 'heartbeat' | 'enterStage' | 'finish' | 'giveBack' | 'recoverLost'> {
  const { kept, clock } = deps;
  const mine = (id: string, attempt: number): KeptJob | undefined => {
    const it = kept.get(id);
    return it?.job.attempt === attempt && it.job.status === 'processing' ? it : undefined;
  };
  return {
    start: async (id, workerId) => {
      const it = kept.get(id);
      if (it?.job.status !== 'init') return undefined;
      it.heardAtMs = clock.now().getTime();
      it.workerId = workerId;
      return become(deps, it, { status: 'processing', startedAt: clock.now().toISOString() });
    },
    heartbeat: async (id, attempt) => {
      const it = mine(id, attempt);
      if (it === undefined) return 'lost';
      it.heardAtMs = clock.now().getTime();
      return it.job.isCancelRequested ? 'cancel' : 'held';
    },
    enterStage: async (id, attempt, stage) => {
      const it = mine(id, attempt);
      if (it !== undefined) change(deps, it, { stage });
      return it !== undefined;
    },
    finish: async (id, attempt, { report, ...end }) => {
      if (end.performance !== null && !Number.isFinite(end.performance))
        throw new DrydockError(
          'invariant-broken',
          `A finite performance was expected, got ${end.performance}.`,
        );
      const it = mine(id, attempt);
      if (it === undefined) return false;
      if (report !== null) it.reports.set(attempt, report);
      become(deps, it, ended(deps, end));
      return true;
    },
    giveBack: async (id, attempt, reason) => {
      const it = mine(id, attempt);
      return it === undefined ? 'lost' : putBack(deps, it, reason);
    },
    recoverLost: async (leaseMs) => {
      const sinceMs = clock.now().getTime() - leaseMs;
      const lost = [...kept.values()].filter(
        ({ job, heardAtMs }) => job.status === 'processing' && heardAtMs <= sinceMs,
      );
      for (const it of lost) {
        const message = `Its worker ${it.workerId} was not heard of for ${leaseMs} ms.`;
        putBack(deps, it, { code: 'internal-error', stage: it.job.stage ?? 'intake', message });
      }
      return lost.map(({ job }) => job.id);
    },
  };
}

function putBack(deps: Deps, it: KeptJob, reason: Reason | null): 'requeued' | 'ended' {
  const { tries, job } = it;
  if (job.isCancelRequested) {
    become(deps, it, ended(deps, { status: 'canceled', reason: canceled(job) }));
    return 'ended';
  }
  if (reason === null || tries < MAX_TRIES) {
    again(deps, it, reason === null ? tries : tries + 1);
    return 'requeued';
  }
  const message = `${tries} of ${MAX_TRIES} attempts failed through no fault of the submission. The last one: ${reason.message}`;
  const exhausted: Reason = { code: 'retries-exhausted', stage: job.stage ?? reason.stage, message };
  become(deps, it, ended(deps, { status: 'error', reason: exhausted }));
  return 'ended';
}

function ended<Fields extends Partial<Job>>({ clock }: Deps, fields: Fields) {
  return { ...fields, isCancelRequested: false, finishedAt: clock.now().toISOString() };
}

function canceled({ stage }: Job): Reason {
  return { code: 'canceled', stage: stage ?? 'intake', message: 'The job was cancelled.' };
}

function newJob(input: NewJob, at: string): Job {
  assertStorable(input);
  if (!isDigest(input.payloadDigest))
    throw new DrydockError('invariant-broken', 'A payload digest was expected.');
  const { context, ...fields } = input;
  return {
    ...fields,
    ...CLEAN,
    id: randomUUID(),
    status: 'init',
    attempt: 1,
    hasContext: context !== null,
    createdAt: at,
    updatedAt: at,
  };
}

function listJobs(all: readonly KeptJob[], query: JobQuery): JobPage {
  const { status, order, limit, cursor } = query;
  if (limit < 1 || limit > 500)
    throw new DrydockError('input-invalid', `A limit of 1 to 500 was expected, got ${limit}.`);
  const after = cursor === undefined ? null : readCursor(cursor, query);
  const wanted = all
    .filter(({ job }) => status === undefined || job.status === status)
    .toSorted((a, b) => (order === 'oldest' ? a.seq - b.seq : b.seq - a.seq))
    .filter(({ seq }) => after === null || (order === 'oldest' ? seq > after : seq < after));
  const page = wanted.slice(0, limit);
  const last = page.at(-1);
  const next = last === undefined || page.length === wanted.length ? null : writeCursor(last.seq, query);
  return { jobs: page.map(({ job }) => job), next };
}
