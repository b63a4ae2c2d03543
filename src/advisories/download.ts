import { DrydockError } from '../core/errors.ts';

/** The one function of `globalThis.fetch` that is needed. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

export interface DownloadRequest {
  readonly url: string;
  /** More than this, after any decoding, and the download is given up. */
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** Validators of the copy that is already here. */
  readonly ifChanged?: { readonly etag: string | null; readonly lastModified: string | null };
}

interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

/** `missing`: the server knows no such file. */
export type Downloaded =
  | ({ readonly status: 'fetched'; readonly content: Uint8Array } & Validators)
  | { readonly status: 'unchanged' }
  | { readonly status: 'missing' };

/** As `Downloaded`, with the content as it comes. */
export type OpenDownload =
  | ({ readonly status: 'open'; readonly chunks: AsyncIterable<Uint8Array> } & Validators)
  | { readonly status: 'unchanged' }
  | { readonly status: 'missing' };

const MAX_REDIRECTS = 3;

/** Fetches a file whole, as `openDownload` does. */
export async function download(
  fetch: Fetch,
  request: DownloadRequest,
  signal: AbortSignal,
): Promise<Downloaded> {
  const opened = await openDownload(fetch, request, signal);
  if (opened.status !== 'open') return opened;
  const { chunks, etag, lastModified } = opened;
  return { status: 'fetched', content: Buffer.concat(await Array.fromAsync(chunks)), etag, lastModified };
}

/**
 * Fetches a file within bounds of size and time. The server is not trusted: a redirect is followed only on the same
 * host and never from https to http, so that it can't send us to an inner address. Throws `advisories-unavailable`,
 * also while the content comes; whoever stops reading it ends the download.
 */
export async function openDownload(
  fetch: Fetch,
  request: DownloadRequest,
  signal: AbortSignal,
): Promise<OpenDownload> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  const explain = (error: unknown): unknown => {
    if (signal.aborted) return signal.reason;
    if (error instanceof DrydockError) return error;
    const why = deadline.aborted ? `it took more than ${request.timeoutMs} ms` : describe(error);
    return unavailable(request.url, why, error);
  };
  try {
    const response = await follow(fetch, request, AbortSignal.any([signal, deadline]));
    if (response.status === 200) {
      const { headers } = response;
      const validators = { etag: headers.get('etag'), lastModified: headers.get('last-modified') };
      return { status: 'open', chunks: readBounded(response, request, explain), ...validators };
    }
    await response.body?.cancel();
    if (response.status === 304) return { status: 'unchanged' };
    if (response.status === 404 || response.status === 410) return { status: 'missing' };
    throw unavailable(request.url, `the server answered ${response.status}`);
  } catch (error) {
    throw explain(error);
  }
}

async function follow(fetch: Fetch, request: DownloadRequest, signal: AbortSignal): Promise<Response> {
  let url = request.url;
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const response = await fetch(url, { headers: headersOf(request), redirect: 'manual', signal });
    if (response.status < 300 || response.status > 399 || response.status === 304) return response;
    await response.body?.cancel();
    const target = new URL(response.headers.get('location') ?? '', url);
    const from = new URL(url);
    if (!isSameSite(from, target))
      throw unavailable(
        request.url,
        `the server sends us elsewhere, to ${target.host}, which is not followed`,
      );
    url = target.href;
  }
  throw unavailable(request.url, `the server redirects more than ${MAX_REDIRECTS} times`);
}

function isSameSite(from: URL, to: URL): boolean {
  if (from.hostname !== to.hostname) return false;
  return to.protocol === 'https:' || (to.protocol === from.protocol && to.port === from.port);
}

function headersOf({ ifChanged }: DownloadRequest): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'drydock' };
  if (typeof ifChanged?.etag === 'string') headers['if-none-match'] = ifChanged.etag;
  if (typeof ifChanged?.lastModified === 'string') headers['if-modified-since'] = ifChanged.lastModified;
  return headers;
}

async function* readBounded(
  response: Response,
  { url, maxBytes }: DownloadRequest,
  explain: (error: unknown) => unknown,
): AsyncIterable<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.byteLength;
      if (size > maxBytes) throw unavailable(url, `it is larger than ${maxBytes} bytes`);
      yield chunk;
    }
  } catch (error) {
    throw explain(error);
  }
}

function describe(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}

function unavailable(url: string, why: string, cause?: unknown): DrydockError {
  return new DrydockError('advisories-unavailable', `${url} was expected, but could not be had: ${why}.`, {
    cause,
  });
}
