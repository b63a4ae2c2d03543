import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const CONNECTIONS = 8;
/** Requests under way on each: the server never waits for the load. */
const DEPTH = 8;
const ANSWER = 'HTTP/1.1 200';

/** Sends the same request over and over for `durationMs`; returns how many were answered 200. Throws on any other answer. */
export async function runLoad(load: {
  readonly port: number;
  readonly request: string;
  readonly durationMs: number;
}): Promise<number> {
  const connections = Array.from({ length: CONNECTIONS }, () => openConnection(load.port, load.request));
  await sleep(load.durationMs);
  return connections.reduce((sum, connection) => sum + connection.close(), 0);
}

function openConnection(port: number, request: string): { close(): number } {
  let answered = 0;
  let rest = '';
  const socket: Socket = connect(port, '127.0.0.1');
  socket.setEncoding('latin1').setNoDelay(true);
  socket.on('data', (chunk: string) => {
    const text = rest + chunk;
    let came = 0;
    let end = 0;
    for (let at = text.indexOf('HTTP/1.1 '); at >= 0; at = text.indexOf('HTTP/1.1 ', end)) {
      if (text.length < at + ANSWER.length) break;
      if (!text.startsWith(ANSWER, at)) throw new Error(`200 was expected, got ${text.slice(at, at + 2000)}`);
      came += 1;
      end = at + ANSWER.length;
    }
    rest = text.slice(Math.max(end, text.length - ANSWER.length));
    answered += came;
    if (came > 0) socket.write(request.repeat(came));
  });
  socket.write(request.repeat(DEPTH));
  return {
    close: () => {
      socket.destroy();
      return answered;
    },
  };
}
