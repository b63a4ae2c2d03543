import { DrydockError } from '../core/errors.ts';
import { isFinal } from '../core/job.ts';
import type { Client } from './client.ts';
import type { Io } from './command.ts';
import { describeJob } from './describe-job.ts';
import { parseJobEvent, readEventStream } from './event-stream.ts';
import { type JobView, parseJobView } from './job-view.ts';
import { createProgress } from './progress.ts';

/** Watches a job to its end, through lost connections too, prints its verdict, and gives the exit status: 0 success, 1 not. */
export async function followJob(client: Client, id: string, io: Io): Promise<number> {
  using progress = createProgress({
    write: io.err,
    paint: io.errPaint,
    isLive: io.isLive,
    columns: process.stderr.columns ?? 100,
    now: Date.now,
  });
  let lastId = '';
  for (let lost = 0; lost < 5; ) {
    const response = await client.stream(`/api/v1/job/${id}/events`, {
      accept: 'text/event-stream',
      ...(lastId === '' ? {} : { 'last-event-id': lastId }),
    });
    if (response.body === null) break;
    try {
      for await (const event of readEventStream(response.body)) {
        lost = 0;
        if (event.id !== '') lastId = event.id;
        const data = parseJobEvent(event);
        if (data !== null) progress.show(data);
        if (event.event === 'end') break;
      }
    } catch (error) {
      io.signal.throwIfAborted();
      if (error instanceof DrydockError) throw error;
    }
    const job = parseJobView(await client.json('GET', `/api/v1/job/${id}`));
    if (isFinal(job.status)) {
      progress[Symbol.dispose]();
      return finish(job, io);
    }
    lost += 1;
  }
  throw new DrydockError(
    'service-unreachable',
    `The events of job ${id} were expected until its end, the connection was lost again and again. drydock status ${id} tells where it is.`,
  );
}

function finish(job: JobView, io: Io): number {
  io.out(describeJob(job, io.paint));
  return job.status === 'success' ? 0 : 1;
}
