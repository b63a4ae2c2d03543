import { DrydockError } from '../../core/errors.ts';
import type { DockerApi } from './api.ts';
import { numberOf, textOf } from './json-fields.ts';

/** What stands at a path of a container; nothing at its end was followed. */
export interface ArchiveStat {
  readonly kind:
    | 'a regular file'
    | 'a symbolic link'
    | 'a folder'
    | 'a FIFO'
    | 'a socket'
    | 'a device'
    | 'something odd';
  readonly sizeBytes: number;
  /** Where a link leads, inside the container. */
  readonly linkTarget: string;
  /** RFC 3339, to the nanosecond. */
  readonly modifiedAt: string;
}

/** Bits of Go's `fs.FileMode`, which Docker sends. Source: https://pkg.go.dev/io/fs#FileMode */
const KINDS: readonly (readonly [bit: number, ArchiveStat['kind']])[] = [
  [31, 'a folder'],
  [27, 'a symbolic link'],
  [26, 'a device'],
  [25, 'a FIFO'],
  [24, 'a socket'],
  [21, 'a device'],
  [19, 'something odd'],
];

/** Looks at a path of a container, whether it runs or not, or null when nothing is there. */
export async function statInContainer(api: DockerApi, id: string, path: string): Promise<ArchiveStat | null> {
  const call = { method: 'HEAD', path: `/containers/${id}/archive`, query: { path } } as const;
  const { status, headers } = await api.call(call);
  if (status === 404) return null;
  const header = headers['x-docker-container-path-stat'];
  if (status !== 200 || typeof header !== 'string')
    throw new DrydockError('engine-failed', `Docker was expected to look at ${path}, it answered ${status}.`);
  const stat: unknown = JSON.parse(Buffer.from(header, 'base64').toString('utf8'));
  const mode = numberOf(stat, 'mode');
  const kind = KINDS.find(([bit]) => Math.floor(mode / 2 ** bit) % 2 === 1)?.[1];
  return {
    kind: kind ?? 'a regular file',
    sizeBytes: numberOf(stat, 'size'),
    linkTarget: textOf(stat, 'linkTarget'),
    modifiedAt: textOf(stat, 'mtime'),
  };
}
