import type { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { DrydockError } from '../core/errors.ts';
import { isFinal, type JobStatus } from '../core/job.ts';
import type { EventLog, JobEvent, JobStore } from '../core/ports.ts';
import type { HttpLimits } from './settings.ts';
import { toStream } from './text-stream.ts';

/** The open streams of one app: bounded in number, cut when their reader stalls, ended when the app closes. */
export interface EventStreams {
  /** Streams the events of a job after `afterId` until it ends. Throws `too-many-requests`. */
  open(request: {
    readonly jobId: string;
    readonly afterId: number;
    readonly callerId: string;
    readonly reply: FastifyReply;
  }): Readable;
  /** Ends all of them. */
  close(): void;
}

interface Source {
  readonly jobs: Pick<JobStore, 'get'>;
  readonly events: Pick<EventLog, 'read' | 'waitForNews'>;
}

/** How many events are read at once. With lines of at most 16 KiB, a stream holds 3 MiB at the most. */
const BATCH = 200;

export function createEventStreams(source: Source, limits: HttpLimits): EventStreams {
  const closing = new AbortController();
  const openOf = new Map<string, number>();
  const total = (): number => [...openOf.values()].reduce((sum, open) => sum + open, 0);
  return {
    open: ({ jobId, afterId, callerId, reply }) => {
      const mine = openOf.get(callerId) ?? 0;
      if (mine >= limits.eventStreamsPerToken || total() >= limits.eventStreams) {
        reply.header('retry-after', '10');
        throw new DrydockError(
          'too-many-requests',
          `At most ${limits.eventStreamsPerToken} event streams are held open for a token and ${limits.eventStreams} in all. Close one, or try again in 10 seconds.`,
        );
      }
      openOf.set(callerId, mine + 1);
      const gone = new AbortController();
      const guard = cutStalledReader(reply, limits.stalledReaderMs);
      reply.raw.once('close', () => {
        clearInterval(guard);
        gone.abort();
        const left = (openOf.get(callerId) ?? 1) - 1;
        if (left > 0) openOf.set(callerId, left);
        else openOf.delete(callerId);
      });
      const signal = AbortSignal.any([gone.signal, closing.signal]);
      const lines = streamEvents(source, { jobId, afterId, heartbeatMs: limits.heartbeatMs, signal });
      return toStream(lines, reply);
    },
    close: () => closing.abort(),
  };
}

/**
 * The events of a job as server-sent ones: `id` counts them, `event` is their type, `data` is one line of JSON, so
 * that no output can forge a field. A comment every `heartbeatMs` of silence; `event: end` when the job has ended
 * and everything was told; nothing more when the signal aborts.
 * Source: WHATWG HTML, 9.2 Server-sent events.
 */
export async function* streamEvents(
  { jobs, events }: Source,
  stream: {
    readonly jobId: string;
    readonly afterId: number;
    readonly heartbeatMs: number;
    readonly signal: AbortSignal;
  },
): AsyncGenerator<string> {
  const { jobId, heartbeatMs, signal } = stream;
  const listen = (): Promise<unknown> =>
    events.waitForNews(jobId, heartbeatMs, signal).then(
      () => null,
      (error: unknown) => error,
    );
  let lastId = stream.afterId;
  let news: Promise<unknown> | null = null;
  yield 'retry: 2000\n\n';
  let spokenAt = performance.now();
  while (!signal.aborted) {
    // Listening begins before reading, so that nothing falls between the two. The job is read before its events:
    // what happened until its end is then among them.
    news ??= listen();
    const job = await jobs.get(jobId);
    const batch = await events.read(jobId, lastId, BATCH);
    for (const event of batch) {
      yield frame(event);
      lastId = event.id;
      spokenAt = performance.now();
    }
    if (batch.length > 0) continue;
    if (job === undefined || isFinal(job.status)) {
      yield end(lastId, job?.status ?? null);
      return;
    }
    const failure = await news;
    news = null;
    if (failure !== null && !signal.aborted) throw failure;
    if (performance.now() - spokenAt < heartbeatMs * 0.9) continue;
    yield ': heartbeat\n\n';
    spokenAt = performance.now();
  }
}

/** It bears the id of the last event: whoever comes back with it is told that there is nothing more. */
function end(lastId: number, status: JobStatus | null): string {
  return `${lastId > 0 ? `id: ${lastId}\n` : ''}event: end\ndata: ${JSON.stringify({ status })}\n\n`;
}

function frame(event: JobEvent): string {
  return `id: ${event.id}\nevent: ${event.data.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Destroys the connection of a reader that lets the answer pile up for `stalledMs`. */
function cutStalledReader(reply: FastifyReply, stalledMs: number): NodeJS.Timeout {
  let fullSince: number | null = null;
  const look = (): void => {
    if (!reply.raw.writableNeedDrain) fullSince = null;
    else if (fullSince === null) fullSince = performance.now();
    else if (performance.now() - fullSince >= stalledMs) reply.raw.destroy();
  };
  return setInterval(look, Math.max(10, stalledMs / 4)).unref();
}
