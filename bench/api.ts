import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { packed } from '../test/support/http-app.ts';
import { runLoad } from './api/load.ts';
import { parseReady } from './api/ready.ts';

/**
 * How many requests a second the API answers, as a share of what the bare framework answers on this machine in this
 * run: the same bodies, the same maps behind, but without tokens, limits, schemas, headers and the checks of intake.
 * Each server has a process of its own, the load comes from this one by pipelined keep-alive connections.
 *
 *   node bench/api.ts [ROUNDS] [SECONDS]
 */
const GOAL = 0.6;
const WARM_UP_MS = 3000;
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
  /** Of the server's process: what another program on the machine does not change much. */
  readonly cpuMicrosPerRequest: number;
}

interface Server extends AsyncDisposable {
  measure(durationMs: number): Promise<Measured>;
}

/** A server that has been under load long enough for its code to be compiled. */
async function startServer(kind: Kind, method: 'GET' | 'POST'): Promise<Server> {
  const server = fork(new URL('./api/server.ts', import.meta.url), [kind, BODY]);
  const [message] = await once(server, 'message');
  const { port, id, authorization } = parseReady(message);
  const head = (line: string): string => `${line} HTTP/1.1\r\nHost: x\r\nAuthorization: ${authorization}\r\n`;
  const request =
    method === 'GET'
      ? `${head(`GET /api/v1/job/${id}`)}\r\n`
      : `${head('POST /api/v1/job')}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(BODY)}\r\n\r\n${BODY}`;
  await runLoad({ port, request, durationMs: WARM_UP_MS });
  return {
    measure: async (durationMs) => {
      const before = await cpuMicrosOf(server);
      const answered = await runLoad({ port, request, durationMs });
      const cpuMicros = (await cpuMicrosOf(server)) - before;
      return { perSecond: answered / (durationMs / 1000), cpuMicrosPerRequest: cpuMicros / answered };
    },
    [Symbol.asyncDispose]: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

async function cpuMicrosOf(server: ChildProcess): Promise<number> {
  server.send('usage');
  const [micros] = await once(server, 'message');
  return Number(micros);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

async function compare(method: 'GET' | 'POST', kind: Kind): Promise<void> {
  await using bareServer = await startServer('bare', method);
  await using ourServer = await startServer(kind, method);
  const bare: Measured[] = [];
  const ours: Measured[] = [];
  for (let round = 0; round < rounds; round += 1) {
    bare.push(await bareServer.measure(roundMs));
    ours.push(await ourServer.measure(roundMs));
  }
  const middle = (all: readonly Measured[], of: keyof Measured): number => median(all.map((one) => one[of]));
  const text = (all: readonly Measured[]): string =>
    `${Math.round(middle(all, 'perSecond'))}/s at ${middle(all, 'cpuMicrosPerRequest').toFixed(0)} µs`;
  const share = median(
    ours.map(({ perSecond }, round) => perSecond / (bare[round]?.perSecond ?? Number.NaN)),
  );
  const byCpu = middle(bare, 'cpuMicrosPerRequest') / middle(ours, 'cpuMicrosPerRequest');
  console.log(
    `${method.padEnd(4)} bare ${text(bare)}, ${kind} ${text(ours)}: ${percent(share)} of the requests, ${percent(byCpu)} by processor time (goal ${percent(GOAL)})`,
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}

await compare('GET', 'drydock');
await compare('POST', 'drydock');
await compare('POST', 'unchecked');
