import { once } from 'node:events';
import { DrydockError } from '../../core/errors.ts';
import type { Child } from '../exec.ts';
import type { Cell, CellExit, CellProgram } from './cell.ts';
import { createFrameReader, encodeFrame, type Frame } from './frames.ts';
import type { AgentRequest } from './protocol.ts';
import { createWaitingFiles, toCollectedFile } from './waiting-files.ts';

const MAX_ERROR_BYTES = 8 * 1024;
const INPUT_CHUNK_BYTES = 256 * 1024;

/** An agent's event, its fields checked: an agent may be in the hands of what it guards. */
export interface Heard {
  readonly event: string;
  readonly kind: string;
  readonly why: string;
  readonly message: string;
  readonly path: string;
  readonly what: string;
  readonly signal: string | null;
  readonly exitCode: number | null;
  readonly sizeBytes: number;
  readonly hasContent: boolean;
  readonly body: Buffer;
}

type Listener = (heard: Heard) => void;

export interface CellChannel extends Pick<Cell, 'spawn' | 'collect' | 'watch'> {
  readonly ready: Promise<void>;
  /** Asks once and waits for the answer. Throws `engine-failed` when the agent says that it failed or dies. */
  ask(request: AgentRequest, body?: Buffer): Promise<Heard>;
  /** What the cell wrote on standard error, bounded. */
  errors(): string;
}

/** Speaks with the agent of a cell over its pipes. */
export function createCellChannel(child: Child): CellChannel {
  const line = createLine(child);
  return {
    ready: line.ready,
    errors: line.errors,
    ask: (request, body) =>
      line.listen<Heard>(
        (id) => line.send(id, request, body),
        (heard, resolve) => resolve(heard),
      ),
    spawn(program) {
      const { command, args, env, maxOutputBytes } = program;
      return line.listen<CellExit>(
        (id) => {
          line.send(id, { op: 'spawn', command, args, env, maxOutputBytes });
          // A broken input ends the program's input; what comes of it is the program's to say.
          void feed({ id, child, line, input: program.input }).catch(() =>
            line.send(id, { op: 'input-end' }),
          );
        },
        ({ event, body, exitCode, signal }, resolve) => {
          if (event === 'stdout' || event === 'stderr') program.onOutput(event, body);
          else if (event === 'output-exceeded') program.onOutputExceeded();
          else if (event === 'end') resolve({ exitCode, signal });
        },
      );
    },
    watch({ onLimit, ...limits }) {
      void line
        .listen<void>(
          (id) => line.send(id, { op: 'watch', ...limits }),
          ({ what }) => {
            if (what === 'memory' || what === 'processes' || what === 'disk') onLimit(what);
          },
        )
        // The watch ends with the cell.
        .catch(() => undefined);
    },
    collect(wants) {
      const waiting = createWaitingFiles(child);
      void line
        .listen<void>(
          (id) => line.send(id, { op: 'collect', wants }),
          (heard, resolve) => {
            if (heard.event === 'done') resolve();
            else waiting.push(toCollectedFile(heard));
          },
        )
        .then(waiting.end, waiting.fail);
      return waiting.files();
    },
  };
}

/** The two pipes: requests out under an id, events in to whoever listens to that id. */
interface Line {
  readonly ready: Promise<void>;
  errors(): string;
  send(id: number, request: AgentRequest, body?: Buffer): void;
  listen<T>(
    start: (id: number) => void,
    onEvent: (heard: Heard, resolve: (value: T) => void) => void,
  ): Promise<T>;
}

function createLine(child: Child): Line {
  const listeners = new Map<number, Listener>();
  const ready = Promise.withResolvers<void>();
  let lastId = 0;
  let errors = '';
  listeners.set(0, () => ready.resolve());
  const read = createFrameReader((frame) => dispatch(listeners, frame));
  child.stdout.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      errors += `The agent broke the protocol: ${error instanceof Error ? error.message : String(error)}`;
      child.kill();
    }
  });
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(0, MAX_ERROR_BYTES);
  });
  return {
    ready: ready.promise,
    errors: () => errors,
    send(id, request, body) {
      child.stdin.write(encodeFrame({ id, ...request }, body));
    },
    async listen<T>(
      start: (id: number) => void,
      onEvent: (heard: Heard, resolve: (value: T) => void) => void,
    ): Promise<T> {
      const id = ++lastId;
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      listeners.set(id, (heard) => {
        if (heard.event === 'failed') reject(failed(heard.message));
        else onEvent(heard, resolve);
      });
      void child.ended.then(() => reject(failed(`the sandbox has ended (${errors.trim() || 'killed'})`)));
      start(id);
      return await promise.finally(() => listeners.delete(id));
    },
  };
}

async function feed(options: {
  readonly id: number;
  readonly child: Child;
  readonly line: Line;
  readonly input: CellProgram['input'];
}): Promise<void> {
  const { id, child, line, input } = options;
  if (input !== undefined)
    for await (const bytes of input)
      for (let at = 0; at < bytes.length; at += INPUT_CHUNK_BYTES) {
        line.send(id, { op: 'input' }, bytes.subarray(at, at + INPUT_CHUNK_BYTES));
        if (child.stdin.writableNeedDrain) await drained(child);
      }
  line.send(id, { op: 'input-end' });
}

function dispatch(listeners: ReadonlyMap<number, Listener>, { head, body }: Frame): void {
  if (typeof head !== 'object' || head === null) throw new TypeError('a head that is no object');
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(head));
  const text = (name: string): string => {
    const value = fields.get(name);
    return typeof value === 'string' ? value : '';
  };
  const number = (name: string): number | null => {
    const value = fields.get(name);
    return typeof value === 'number' ? value : null;
  };
  listeners.get(number('id') ?? -1)?.({
    event: text('event'),
    kind: text('kind'),
    why: text('why'),
    message: text('message'),
    path: text('path'),
    what: text('what'),
    signal: text('signal') || null,
    exitCode: number('exitCode'),
    sizeBytes: number('sizeBytes') ?? 0,
    hasContent: fields.get('hasContent') === true,
    body,
  });
}

async function drained(child: Child): Promise<void> {
  await Promise.race([once(child.stdin, 'drain'), child.ended]);
}

function failed(message: string): DrydockError {
  return new DrydockError('engine-failed', `A step of the container engine could not be done: ${message}.`);
}
