import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Digest, digestOf } from '../../src/core/digest.ts';
import { spawnChild } from '../../src/engines/exec.ts';

/** A registry of this machine's own, with an empty storage that goes with it. */
export interface LocalRegistry extends AsyncDisposable {
  /** e.g. `127.0.0.1:40123`. */
  readonly host: string;
  /** Puts an image of one layer there; answers with the manifest's digest. */
  push(repository: string, tag: string, image: PushedImage): Promise<Digest>;
  /** Stops answering; what it holds is gone when it is disposed. */
  stop(): Promise<void>;
}

export interface PushedImage {
  readonly tarPath: string;
  readonly onBuild?: readonly string[];
}

/** Starts Debian's docker-registry on a free port of the loopback. Throws `tool-missing`. */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  const config = join(folder, 'config.yml');
  await writeFile(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${folder}/data}}\nhttp: {addr: '${host}'}\n`,
  );
  const child = await spawnChild({
    command: 'docker-registry',
    args: ['serve', config],
    env: { PATH: '/usr/sbin:/usr/bin:/bin', OTEL_TRACES_EXPORTER: 'none' },
  });
  child.stdout.resume();
  child.stderr.resume();
  const stop = async (): Promise<void> => {
    child.kill();
    await child.ended;
  };
  await untilItAnswers(`http://${host}/v2/`);
  return {
    host,
    stop,
    push: (repository, tag, image) => push(`http://${host}/v2/${repository}`, tag, image),
    async [Symbol.asyncDispose]() {
      await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Source: OCI distribution-spec, "Pushing blobs" and "Pushing manifests". */
async function push(base: string, tag: string, { tarPath, onBuild = [] }: PushedImage): Promise<Digest> {
  const tar = await readFile(tarPath);
  const layer = gzipSync(tar, { level: 1 });
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: { Cmd: ['sh'], Env: ['PATH=/bin'], ...(onBuild.length === 0 ? {} : { OnBuild: onBuild }) },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    }),
  );
  const type = 'application/vnd.docker.distribution.manifest.v2+json';
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: type,
    config: await pushBlob(base, config, 'application/vnd.docker.container.image.v1+json'),
    layers: [await pushBlob(base, layer, 'application/vnd.docker.image.rootfs.diff.tar.gzip')],
  });
  const answer = await fetch(`${base}/manifests/${tag}`, {
    method: 'PUT',
    body: manifest,
    headers: { 'content-type': type },
  });
  if (!answer.ok) throw new Error(`the manifest was answered with ${answer.status}: ${await answer.text()}`);
  return digestOf(manifest);
}

async function pushBlob(base: string, content: Uint8Array<ArrayBuffer>, mediaType: string): Promise<object> {
  const digest = digestOf(content);
  const begun = await fetch(`${base}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(begun.headers.get('location') ?? '', base);
  place.searchParams.set('digest', digest);
  const put = await fetch(place, {
    method: 'PUT',
    body: content,
    headers: { 'content-type': 'application/octet-stream' },
  });
  if (!put.ok) throw new Error(`a blob was answered with ${put.status}: ${await put.text()}`);
  return { mediaType, size: content.length, digest };
}

async function untilItAnswers(url: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const isUp = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    await sleep(25);
  }
  throw new Error(`${url} was expected to answer within 5 s.`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a port was expected');
  return address.port;
}
