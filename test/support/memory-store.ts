import { randomUUID } from 'node:crypto';
import { DrydockError } from '../../src/core/errors.ts';
import { canBecome, isFinal, type Job, type JobStatus } from '../../src/core/job.ts';
import type {
  Clock,
  EventLog,
  JobEnd,
  JobEvent,
  JobEventData,
  JobStore,
  NewJob,
  ReportStore,
  TokenStore,
} from '../../src/core/ports.ts';
import type { JobReport } from '../../src/core/report.ts';
import { createMemoryTokens } from './memory-tokens.ts';

/** The store's ports over maps, with the rules of the real one. `now` may be moved by tests. */
export interface MemoryStore {
  readonly jobs: JobStore;
  readonly reports: ReportStore;
  readonly events: EventLog;
  readonly tokens: TokenStore;
}

/** Our own failures after which a job is given up. */
const MAX_FAILURES = 3;

interface Kept {
  job: Job;
  context: string | null;
  /** Rises with every queueing: the place in the queue. */
  place: number;
  failures: number;
  heardAt: number;
  readonly reports: Map<number, JobReport>;
  readonly events: JobEvent[];
}

export function createMemoryStore(clock: Clock): MemoryStore {
  const kept = new Map<string, Kept>();
  const log = createMemoryEvents(kept, clock);
  return {
    jobs: createMemoryJobs({ kept, clock, log }),
    reports: {
      get: async (id, attempt) => {
        const reports = kept.get(id)?.reports;
        return reports?.get(attempt ?? Math.max(...(reports.keys() ?? [])));
      },
    },
    events: log,
    tokens: createMemoryTokens(clock),
  };
}

function createMemoryJobs({
  kept,
  clock,
  log,
}: {
  readonly kept: Map<string, Kept>;
  readonly clock: Clock;
  readonly log: EventLog;
}): JobStore {
  let places = 0;
  const iso = (): string => clock.now().toISOString();
  const find = (id: string): Kept => {
    const it = kept.get(id);
    if (it === undefined) throw new DrydockError('not-found', `A job ${id} was expected, there is none.`);
    return it;
  };
  const change = (it: Kept, fields: Partial<Job>): Job => {
    it.job = { ...it.job, ...fields, updatedAt: iso() };
    return it.job;
  };
  const become = (it: Kept, status: JobStatus, fields: Partial<Job> = {}): Job => {
    if (!canBecome(it.job.status, status))
      throw new DrydockError(
        'conflict',
        `A job that may become ${status} was expected, it is ${it.job.status}.`,
      );
    const job = change(it, { ...fields, status });
    log.append(job.id, job.attempt, { type: 'status', status, reason: job.reason });
    return job;
  };
  const requeue = (it: Kept): Job => {
    places += 1;
    it.place = places;
    const fresh = {
      stage: null,
      performance: null,
      hardening: null,
      reason: null,
      startedAt: null,
      finishedAt: null,
    };
    return become(it, 'init', { ...fresh, isCancelRequested: false, attempt: it.job.attempt + 1 });
  };
  const mine = (id: string, attempt: number): Kept | undefined => {
    const it = kept.get(id);
    return it?.job.attempt === attempt && it.job.status === 'processing' ? it : undefined;
  };
  const end = (it: Kept, { report, ...fields }: JobEnd): void => {
    if (report !== null) it.reports.set(it.job.attempt, report);
    become(it, fields.status, { ...fields, finishedAt: iso() });
  };
  const giveBack: JobStore['giveBack'] = async (id, attempt, reason) => {
    const it = mine(id, attempt);
    if (it === undefined) return 'lost';
    if (it.job.isCancelRequested) {
      end(it, canceled(it.job));
      return 'ended';
    }
    if (reason === null) {
      requeue(it);
      return 'requeued';
    }
    it.failures += 1;
    if (it.failures < MAX_FAILURES) {
      requeue(it);
      return 'requeued';
    }
    end(it, {
      status: 'error',
      stage: it.job.stage,
      performance: null,
      hardening: null,
      reason,
      report: null,
    });
    return 'ended';
  };
  return {
    create: async (input) => {
      places += 1;
      const job = newJob(input, iso());
      kept.set(job.id, {
        job,
        context: input.context,
        place: places,
        failures: 0,
        heardAt: 0,
        reports: new Map(),
        events: [],
      });
      log.append(job.id, 1, { type: 'status', status: 'init', reason: null });
      return job;
    },
    get: async (id) => kept.get(id)?.job,
    list: async (query) =>
      listJobs(
        [...kept.values()].map(({ job }) => job),
        query,
      ),
    queuePosition: async (id) => {
      const it = kept.get(id);
      if (it?.job.status !== 'init') return null;
      return [...kept.values()].filter(({ job, place }) => job.status === 'init' && place < it.place).length;
    },
    replace: async (id, input) => {
      const it = find(id);
      if (it.job.status === 'processing')
        throw new DrydockError('conflict', 'A job that is not at work was expected; cancel it first.');
      const isSame = it.job.payloadDigest === input.payloadDigest;
      const { context, ...fields } = input;
      it.context = context;
      change(it, { ...fields, hasContext: context !== null });
      return isSame ? it.job : requeue(it);
    },
    retry: async (id) => {
      const it = find(id);
      if (!isFinal(it.job.status))
        throw new DrydockError('conflict', `An ended job was expected, this one is ${it.job.status}.`);
      it.failures = 0;
      return requeue(it);
    },
    cancel: async (id) => {
      const it = find(id);
      const { status } = it.job;
      if (status === 'canceled') return it.job;
      if (status === 'processing') return change(it, { isCancelRequested: true });
      if (isFinal(status))
        throw new DrydockError('conflict', `A job that has not ended was expected, it is ${status}.`);
      return become(it, 'canceled', { finishedAt: iso(), isCancelRequested: true });
    },
    remove: async (id) => kept.delete(id),
    context: async (id) => kept.get(id)?.context ?? null,
    start: async (id) => {
      const it = kept.get(id);
      if (it?.job.status !== 'init') return undefined;
      it.heardAt = clock.now().getTime();
      return become(it, 'processing', { startedAt: iso() });
    },
    heartbeat: async (id, attempt) => {
      const it = mine(id, attempt);
      if (it === undefined) return 'lost';
      it.heardAt = clock.now().getTime();
      return it.job.isCancelRequested ? 'cancel' : 'held';
    },
    enterStage: async (id, attempt, stage) => {
      const it = mine(id, attempt);
      if (it !== undefined) change(it, { stage });
      return it !== undefined;
    },
    finish: async (id, attempt, jobEnd) => {
      const it = mine(id, attempt);
      if (it !== undefined) end(it, jobEnd);
      return it !== undefined;
    },
    giveBack,
    recoverLost: async (leaseMs) => {
      const since = clock.now().getTime() - leaseMs;
      const lost = [...kept.values()].filter(
        ({ job, heardAt }) => job.status === 'processing' && heardAt < since,
      );
      for (const { job } of lost)
        await giveBack(job.id, job.attempt, {
          code: 'retries-exhausted',
          stage: job.stage ?? 'intake',
          message: 'Its workers were lost.',
        });
      return lost.map(({ job }) => job.id);
    },
  };
}

function canceled(job: Job): JobEnd {
  const stage = job.stage ?? 'intake';
  const reason = { code: 'canceled', stage, message: 'It was asked to stop.' } as const;
  return { status: 'canceled', stage, performance: null, hardening: null, reason, report: null };
}

function newJob(input: NewJob, at: string): Job {
  const { context, ...fields } = input;
  return {
    ...fields,
    id: randomUUID(),
    status: 'init',
    stage: null,
    performance: null,
    hardening: null,
    reason: null,
    attempt: 1,
    hasContext: context !== null,
    isCancelRequested: false,
    createdAt: at,
    updatedAt: at,
    startedAt: null,
    finishedAt: null,
  };
}

/** The cursor is the filter and the last id; maps keep the order of submission. */
function listJobs(
  all: readonly Job[],
  query: Parameters<JobStore['list']>[0],
): { readonly jobs: readonly Job[]; readonly next: string | null } {
  const wanted = all.filter(({ status }) => query.status === undefined || status === query.status);
  const ordered = query.order === 'oldest' ? wanted : wanted.toReversed();
  const filter = `${query.order}:${query.status ?? ''}:`;
  const last = query.cursor === undefined ? '' : Buffer.from(query.cursor, 'base64url').toString();
  if (query.cursor !== undefined && !last.startsWith(filter))
    throw new DrydockError('input-invalid', 'A cursor of this very list was expected; begin without one.');
  const from = ordered.findIndex(({ id }) => last === filter + id) + 1;
  const jobs = ordered.slice(from, from + query.limit);
  const end = from + jobs.length < ordered.length ? jobs.at(-1)?.id : undefined;
  return { jobs, next: end === undefined ? null : Buffer.from(filter + end).toString('base64url') };
}

function createMemoryEvents(kept: ReadonlyMap<string, Kept>, clock: Clock): EventLog {
  const waiting = new Map<string, Set<() => void>>();
  return {
    append: (jobId: string, attempt: number, data: JobEventData) => {
      const events = kept.get(jobId)?.events;
      events?.push({ id: events.length + 1, at: clock.now().toISOString(), attempt, data });
      for (const wake of waiting.get(jobId) ?? []) wake();
    },
    flush: async () => undefined,
    read: async (jobId, afterId, limit) => kept.get(jobId)?.events.slice(afterId, afterId + limit) ?? [],
    waitForNews: async (jobId, timeoutMs, signal) => {
      if (signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const wakers = waiting.get(jobId) ?? new Set();
      waiting.set(jobId, wakers.add(resolve));
      const timer = setTimeout(resolve, timeoutMs);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      clearTimeout(timer);
      wakers.delete(resolve);
      if (wakers.size === 0) waiting.delete(jobId);
    },
  };
}
