import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';

/** An entry of a tar: its path and content, or a header of its own making. */
export type ArchiveEntry = readonly [path: string, content?: string | Uint8Array, header?: Partial<Header>];

/** A layer: its plain tar, and as it is stored. */
export interface ArchiveLayer {
  readonly tar: Uint8Array;
  readonly stored: Uint8Array;
}

/** Packs a tar: the same entries give the same bytes, whatever the time. */
export async function packTar(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, content = '', header = {}] of entries) {
    const type = name.endsWith('/') ? 'directory' : 'file';
    tar.entry({ name, type, mtime: new Date(0), ...header }, Buffer.from(content));
  }
  tar.finalize();
  return buffer(tar);
}

/** Makes layers out of their entries, stored by `store`, plain by default. */
export async function packLayers(
  layers: readonly (readonly ArchiveEntry[])[],
  store: (tar: Buffer) => Uint8Array = (tar) => tar,
): Promise<ArchiveLayer[]> {
  return Promise.all(
    layers.map(async (entries) => {
      const tar = await packTar(entries);
      return { tar, stored: store(tar) };
    }),
  );
}

const digest = (bytes: Uint8Array | string): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const blobName = (bytes: Uint8Array | string): string =>
  `blobs/sha256/${digest(bytes).slice('sha256:'.length)}`;

/** The configuration blob of an image of these layers. */
export function configOf(layers: readonly ArchiveLayer[], more: object = {}): string {
  return JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: '2026-01-02T03:04:05Z',
    config: { User: '65532', Env: ['A=b'], Cmd: ['/app'] },
    rootfs: { type: 'layers', diff_ids: layers.map(({ tar }) => digest(tar)) },
    history: layers.map((_, index) => ({ created_by: `layer ${index}` })),
    ...more,
  });
}

/** The files of an OCI layout with one image, by path. */
export function ociLayout(
  layers: readonly ArchiveLayer[],
  config = configOf(layers),
): Map<string, string | Uint8Array> {
  const descriptor = (bytes: Uint8Array | string) => ({ digest: digest(bytes), size: bytes.length });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: descriptor(config),
    layers: layers.map(({ stored }) => descriptor(stored)),
  });
  const name = { 'org.opencontainers.image.ref.name': 'app:1' };
  return new Map<string, string | Uint8Array>([
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', JSON.stringify({ manifests: [{ ...descriptor(manifest), annotations: name }] })],
    [blobName(manifest), manifest],
    [blobName(config), config],
    ...layers.map(({ stored }): [string, Uint8Array] => [blobName(stored), stored]),
  ]);
}

/** The files of a Docker archive with one image, by path. */
export function dockerArchive(
  layers: readonly ArchiveLayer[],
  config = configOf(layers),
): Map<string, string | Uint8Array> {
  const names = layers.map((_, index) => `layer${index}/layer.tar`);
  const image = { Config: 'config.json', RepoTags: ['app:1'], Layers: names };
  return new Map<string, string | Uint8Array>([
    ...layers.map(({ stored }, index): [string, Uint8Array] => [names[index] ?? '', stored]),
    ['config.json', config],
    ['manifest.json', JSON.stringify([image])],
  ]);
}

/** Writes files into a tar on disk. */
export async function writeTar(
  path: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<string> {
  await writeFile(path, await packTar([...files]));
  return path;
}

/** Writes files into a folder. */
export async function writeFolder(
  path: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<string> {
  for (const [name, content] of files) {
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeFile(join(path, name), content);
  }
  return path;
}
