import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { packed } from '../test/support/http-app.ts';
import { runLoad } from './api/load.ts';
import { parseReady } from './api/ready.ts';

/**
 * How many requests a second the API answers, as a share of what the bare framework answers on this machine in this
 * run: the same bodies, the same maps behind, but without tokens, limits, schemas, headers and the checks of intake.
 * Each server has a thread of its own, the load comes from this one by pipelined keep-alive connections.
 *
 *   node bench/api.ts [ROUNDS] [SECONDS]
 */
const GOAL = 0.6;
const rounds = Number(process.argv[2] ?? 5);
const roundMs = Number(process.argv[3] ?? 2) * 1000;

const BODY = JSON.stringify({
  name: 'My Dockerfile',
  description: 'A docker file with dependencies and stuffs…',
  dockerfile: packed('FROM debian:bookworm-slim\nUSER 1000\nCMD echo \'{"perf":0.99}\' > /data/perf.json\n'),
});

/** `unchecked` is Drydock without the checks of intake: what the door alone costs. */
type Kind = 'bare' | 'drydock' | 'unchecked';

interface Measured {
  readonly perSecond: number;
  /** 0 to 1: how busy the server's thread was. Well below 1, the load was what was measured. */
  readonly busy: number;
}

async function measure(kind: Kind, method: 'GET' | 'POST'): Promise<Measured> {
  const worker = new Worker(new URL('./api/server.ts', import.meta.url), {
    workerData: { kind, body: BODY },
  });
  const [message] = await once(worker, 'message');
  const { port, id, authorization } = parseReady(message);
  const head = (line: string): string => `${line} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`;
  const request =
    method === 'GET'
      ? `${head(`GET /api/v1/job/${id}`)}\r\n`
      : `${head('POST /api/v1/job')}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`;
  await runLoad({ port, request, durationMs: roundMs / 2 });
  const before = worker.performance.eventLoopUtilization();
  const answered = await runLoad({ port, request, durationMs: roundMs });
  const busy = worker.performance.eventLoopUtilization(before).utilization;
  await worker.terminate();
  return { perSecond: answered / (roundMs / 1000), busy };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

async function compare(method: 'GET' | 'POST', kind: Kind): Promise<void> {
  const bare: Measured[] = [];
  const ours: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await measure('bare', method));
    ours.push(await measure(kind, method));
  }
  const of = (all: readonly Measured[]): string =>
    `${Math.round(median(all.map(({ perSecond }) => perSecond)))}/s (busy ${median(all.map(({ busy }) => busy)).toFixed(2)})`;
  const ratio = median(
    ours.map(({ perSecond }, round) => perSecond / (bare[round]?.perSecond ?? Number.NaN)),
  );
  console.log(
    `${method.padEnd(4)} bare ${of(bare)}, ${kind} ${of(ours)}: ${(ratio * 100).toFixed(0)} % (goal ${GOAL * 100} %)`,
  );
}

await compare('GET', 'drydock');
await compare('POST', 'drydock');
await compare('POST', 'unchecked');
