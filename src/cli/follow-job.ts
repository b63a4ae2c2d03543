import { DrydockError } from '../core/errors.ts';
import { isFinal } from '../core/job.ts';
import type { Client } from './client.ts';
import type { Io } from './command.ts';
import { describeJob } from './describe-job.ts';
import { parseJobEvent, readEventStream } from './event-stream.ts';
import { parseJobView } from './job-view.ts';
import { createProgress, type Progress } from './progress.ts';

const MOST_RECONNECTS = 5;

/** Watches a job to its end, through lost connections too, prints its verdict, and gives the exit status: 0 success, 1 not. */
export async function followJob(client: Client, id: string, io: Io): Promise<number> {
  const columns = process.stderr.columns ?? 100;
  using progress = createProgress({
    write: io.err,
    paint: io.errPaint,
    isLive: io.isLive,
    columns,
    now: Date.now,
  });
  const place = { lastId: '' };
  for (let lost = 0; lost < MOST_RECONNECTS; ) {
    const before = place.lastId;
    await watchOnce({ client, id, io, progress, place });
    const job = parseJobView(await client.json('GET', `/api/v1/job/${id}`));
    if (isFinal(job.status)) {
      progress[Symbol.dispose]();
      io.out(describeJob(job, io.paint));
      return job.status === 'success' ? 0 : 1;
    }
    lost = place.lastId === before ? lost + 1 : 0;
  }
  throw new DrydockError(
    'service-unreachable',
    `The events of job ${id} were expected until its end, the connection was lost again and again. drydock status ${id} tells where it is.`,
  );
}

interface Watch {
  readonly client: Client;
  readonly id: string;
  readonly io: Io;
  readonly progress: Progress;
  /** The last event seen: where a new connection goes on. */
  readonly place: { lastId: string };
}

/** One connection's events, until its end or its loss. */
async function watchOnce({ client, id, io, progress, place }: Watch): Promise<void> {
  const resume = place.lastId === '' ? {} : { 'last-event-id': place.lastId };
  const response = await client.stream(`/api/v1/job/${id}/events`, {
    accept: 'text/event-stream',
    ...resume,
  });
  try {
    for await (const event of readEventStream(response.body ?? new ReadableStream())) {
      if (event.id !== '') place.lastId = event.id;
      const data = parseJobEvent(event);
      if (data !== null) progress.show(data);
      if (event.event === 'end') return;
    }
  } catch (error) {
    io.signal.throwIfAborted();
    if (error instanceof DrydockError) throw error;
  }
}
