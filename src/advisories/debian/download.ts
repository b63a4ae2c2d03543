import { DrydockError } from '../../core/errors.ts';

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

export type Downloaded =
  | {
      readonly status: 'fetched';
      readonly content: Uint8Array;
      readonly etag: string | null;
      readonly lastModified: string | null;
    }
  | { readonly status: 'unchanged' }
  /** The server knows no such file. */
  | { readonly status: 'missing' };

const MAX_REDIRECTS = 3;

/**
 * Fetches a file within bounds of size and time. The server is not trusted: a redirect is followed only on the same
 * host, so that it can't send us to an inner address. Throws `advisories-unavailable`.
 */
export async function download(
  fetch: Fetch,
  request: DownloadRequest,
  signal: AbortSignal,
): Promise<Downloaded> {
  const deadline = AbortSignal.timeout(request.timeoutMs);
  try {
    const response = await follow(fetch, request, AbortSignal.any([signal, deadline]));
    if (response.status === 304) return { status: 'unchanged' };
    if (response.status === 404 || response.status === 410) return { status: 'missing' };
    if (response.status !== 200) throw unavailable(request.url, `the server answered ${response.status}`);
    return {
      status: 'fetched',
      content: await readBounded(response, request),
      etag: response.headers.get('etag'),
      lastModified: response.headers.get('last-modified'),
    };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DrydockError) throw error;
    const why = deadline.aborted ? `it took more than ${request.timeoutMs} ms` : describe(error);
    throw unavailable(request.url, why, error);
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
    const isSameSite =
      target.hostname === from.hostname && (target.port === from.port || target.protocol === 'https:');
    if (!isSameSite || !/^https?:$/.test(target.protocol))
      throw unavailable(
        request.url,
        `the server sends us elsewhere, to ${target.host}, which is not followed`,
      );
    url = target.href;
  }
  throw unavailable(request.url, `the server redirects more than ${MAX_REDIRECTS} times`);
}

function headersOf({ ifChanged }: DownloadRequest): Record<string, string> {
  const headers: Record<string, string> = { 'accept-encoding': 'identity', 'user-agent': 'drydock' };
  if (typeof ifChanged?.etag === 'string') headers['if-none-match'] = ifChanged.etag;
  if (typeof ifChanged?.lastModified === 'string') headers['if-modified-since'] = ifChanged.lastModified;
  return headers;
}

async function readBounded(response: Response, { url, maxBytes }: DownloadRequest): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw unavailable(url, `it is larger than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
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
