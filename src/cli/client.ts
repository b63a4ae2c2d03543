import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readConfig } from '../app/config.ts';
import { FIRST_TOKEN_FILE } from '../app/first-token.ts';
import { DrydockError, ERRORS, type ErrorCode } from '../core/errors.ts';
import type { CommandInput, Option } from './command.ts';

/** Where the service is and who asks: of every command that talks to one. */
export const CLIENT_OPTIONS = {
  url: {
    type: 'string',
    value: 'URL',
    what: 'the service (default: DRYDOCK_URL, else http://127.0.0.1:5000)',
  },
  token: {
    type: 'string',
    value: 'TOKEN',
    what: 'the token (default: DRYDOCK_TOKEN, else the one in the data folder)',
  },
} as const satisfies Record<string, Option>;

/** A client of a running service. Every call throws what the service's problem document says, by its code. */
export interface Client {
  readonly url: string;
  readonly json: (method: string, path: string, body?: unknown) => Promise<unknown>;
  readonly stream: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>;
}

export async function createClient({ flags, io }: CommandInput): Promise<Client> {
  const config = readConfig(io.env);
  const url = (flags.text('url') ?? config.url).replace(/\/+$/, '');
  const token = flags.text('token') ?? config.token ?? (await firstToken(config.dataDir));
  const send = async (path: string, init: RequestInit): Promise<Response> => {
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...Object.fromEntries(new Headers(init.headers)),
    };
    const response = await fetch(`${url}${path}`, {
      ...init,
      headers,
      signal: io.signal,
      redirect: 'error',
    }).catch((error: unknown) => {
      io.signal.throwIfAborted();
      throw new DrydockError(
        'service-unreachable',
        `A running Drydock was expected at ${url}, nothing answered. Start one with drydock serve, or name it with --url.`,
        { cause: error },
      );
    });
    if (!response.ok) throw await problem(response, url);
    return response;
  };
  return {
    url,
    json: async (method, path, body) => {
      const init =
        body === undefined
          ? { method }
          : { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
      const parsed: unknown = await (await send(path, init)).json();
      return parsed;
    },
    stream: (path, headers = {}) => send(path, { method: 'GET', headers }),
  };
}

async function firstToken(dataDir: string): Promise<string | null> {
  return readFile(join(dataDir, FIRST_TOKEN_FILE), 'utf8').then(
    (text) => text.trim(),
    () => null,
  );
}

async function problem(response: Response, url: string): Promise<DrydockError> {
  const body: unknown = await response.json().catch(() => null);
  const field = (name: string): string | undefined => {
    const value: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const code = field('code') ?? '';
  const known: ErrorCode = isErrorCode(code)
    ? code
    : response.status === 404
      ? 'not-found'
      : response.status < 500
        ? 'input-invalid'
        : 'service-unreachable';
  return new DrydockError(
    known,
    `${url} answered ${response.status}: ${field('detail') ?? field('title') ?? response.statusText}`,
  );
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(ERRORS, code);
}
