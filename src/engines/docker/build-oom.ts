import { setTimeout as delay } from 'node:timers/promises';
import type { DockerApi } from './api.ts';
import { fieldOf, textOf } from './json-fields.ts';
import { readJsonLines } from './json-lines.ts';
import type { SpaceMark } from './marks.ts';

/** How long Docker may need to tell that the kernel killed somebody. */
const NEWS_MS = 400;

/** The daemon's clock, in seconds with fractions, as its events are dated. */
export async function daemonTime(api: DockerApi): Promise<string> {
  const { body } = await api.must({ method: 'GET', path: '/info' });
  const at = Date.parse(textOf(body, 'SystemTime'));
  return Number.isNaN(at) ? '0' : (at / 1000 - 0.1).toFixed(3);
}

/** Whether the kernel killed a process of this space for want of memory since `since`. */
export async function hadOom(api: DockerApi, mark: SpaceMark, since: string): Promise<boolean> {
  await delay(NEWS_MS);
  const until = (Number(await daemonTime(api)) + 0.1).toFixed(3);
  const filters = JSON.stringify({ type: ['container'], event: ['oom'], label: [mark.key] });
  const answer = await api.open({
    method: 'GET',
    path: '/events',
    query: { since, until, filters },
    signal: AbortSignal.timeout(10_000),
  });
  try {
    for await (const event of readJsonLines(answer)) if (fieldOf(event, 'Action') === 'oom') return true;
    return false;
  } finally {
    answer.destroy();
  }
}
