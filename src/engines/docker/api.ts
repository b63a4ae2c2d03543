import { once } from 'node:events';
import { type ClientRequest, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { DrydockError } from '../../core/errors.ts';
import { textOf } from './json-fields.ts';

const DEFAULT_TIMEOUT_MS = 60_000;
/** More than any list of a busy host needs. */
const MAX_ANSWER_BYTES = 64 * 2 ** 20;

export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE' | 'HEAD';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a stream as a tar. */
  readonly body?: object;
  readonly signal?: AbortSignal;
  /** Until the answer begins, and for `call` until it ends. 0 is no limit. */
  readonly timeoutMs?: number;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What the JSON says, not checked; null when the body is empty. */
  readonly body: unknown;
}

/**
 * The Docker Engine's HTTP API on its socket. Everything throws `engine-unavailable` when nobody answers, and rejects
 * with the signal's reason when that aborts.
 * Source: https://docs.docker.com/reference/api/engine/
 */
export interface DockerApi {
  /** Sends one request and reads the whole answer, of any status. */
  call(call: ApiCall): Promise<ApiAnswer>;
  /** As `call`; throws `engine-failed` for a status that is neither 2xx nor in `alsoFine`. */
  must(call: ApiCall, alsoFine?: readonly number[]): Promise<ApiAnswer>;
  /** Sends one request and gives the answer's body to be read; whoever asked destroys it. */
  open(call: ApiCall): Promise<IncomingMessage>;
  /** Starts a request whose body stays open; the caller ends or destroys it and hears its `error`s. */
  begin(call: ApiCall): ClientRequest;
  /** Takes the connection over, as attaching does. The caller destroys it. */
  hijack(call: ApiCall): Promise<{ readonly socket: Socket; readonly head: Buffer }>;
}

export function createDockerApi(socketPath: string): DockerApi {
  const begin = (call: ApiCall): ClientRequest => send(socketPath, call);

  const open = (call: ApiCall): Promise<IncomingMessage> => answerTo(call, begin(call), socketPath);

  const callWhole = async (call: ApiCall): Promise<ApiAnswer> => {
    const deadline = AbortSignal.timeout(call.timeoutMs || DEFAULT_TIMEOUT_MS);
    const signals = call.timeoutMs === 0 ? [] : [deadline];
    const signal = AbortSignal.any([...signals, ...(call.signal === undefined ? [] : [call.signal])]);
    try {
      const answer = await open({ ...call, signal, timeoutMs: 0 });
      const text = await readText(answer);
      return { status: answer.statusCode ?? 0, headers: answer.headers, body: parseBody(text) };
    } catch (cause) {
      call.signal?.throwIfAborted();
      if (!deadline.aborted) throw cause;
      throw new DrydockError(
        'engine-failed',
        `Docker was expected to answer ${call.method} ${call.path} in time, it did not.`,
        { cause },
      );
    }
  };

  return {
    call: callWhole,
    async must(call, alsoFine = []) {
      const answer = await callWhole(call);
      if ((answer.status >= 200 && answer.status < 300) || alsoFine.includes(answer.status)) return answer;
      throw apiError(call, answer);
    },
    open,
    begin,
    async hijack(call) {
      const outgoing = begin(call);
      outgoing.setHeader('connection', 'Upgrade');
      outgoing.setHeader('upgrade', 'tcp');
      return await new Promise((resolve, reject) => {
        outgoing.once('upgrade', (_answer, socket: Socket, head: Buffer) => resolve({ socket, head }));
        outgoing.once('response', (answer) => {
          answer.resume();
          reject(new DrydockError('engine-failed', `Docker did not attach (status ${answer.statusCode}).`));
        });
        outgoing.once('error', (cause) => reject(unreachable(socketPath, cause)));
        outgoing.end();
      });
    },
  };
}

/** What Docker said was wrong, in one line. */
export function messageOf(answer: ApiAnswer): string {
  return textOf(answer.body, 'message').replaceAll('\n', ' ').slice(0, 2_000);
}

export function apiError(call: ApiCall, answer: ApiAnswer): DrydockError {
  return new DrydockError(
    'engine-failed',
    `Docker was expected to do ${call.method} ${call.path}, it answered ${answer.status}: ${messageOf(answer)}`,
  );
}

function send(socketPath: string, call: ApiCall): ClientRequest {
  const query = new URLSearchParams(call.query);
  const isStream = call.body instanceof Readable;
  const outgoing = request({
    socketPath,
    agent: false,
    method: call.method,
    path: query.size === 0 ? call.path : `${call.path}?${query}`,
    headers:
      call.body === undefined ? {} : { 'content-type': isStream ? 'application/x-tar' : 'application/json' },
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  return outgoing;
}

async function answerTo(
  call: ApiCall,
  outgoing: ClientRequest,
  socketPath: string,
): Promise<IncomingMessage> {
  const answered = once(outgoing, 'response');
  // Docker may answer, and close, before it has read the whole body: the answer is what counts.
  outgoing.on('error', () => undefined);
  if (call.body instanceof Readable) {
    call.body.once('error', (error) => outgoing.destroy(error));
    call.body.pipe(outgoing);
  } else outgoing.end(call.body === undefined ? undefined : JSON.stringify(call.body));
  try {
    const [answer]: IncomingMessage[] = await answered;
    if (answer === undefined) throw new TypeError('a response event has a response');
    answer.on('error', () => undefined);
    return answer;
  } catch (cause) {
    call.signal?.throwIfAborted();
    throw unreachable(socketPath, cause);
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue;
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new DrydockError(
        'engine-failed',
        `Docker was expected to answer with at most ${MAX_ANSWER_BYTES} bytes.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    // Some answers are plain text.
    return { message: text };
  }
}

function unreachable(socketPath: string, cause: unknown): DrydockError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DrydockError(
    'engine-unavailable',
    `The Docker Engine was expected at ${socketPath}, but it can't be talked to (${why}). Start dockerd, or see that this user may open the socket.`,
    { cause },
  );
}
