import type { ClientRequest } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { extract } from 'tar-stream';
import { DrydockError } from '../../core/errors.ts';
import { RESULT_FILE_MAX_BYTES } from '../../core/limits.ts';
import type { ResultFile } from '../../core/outcome.ts';
import type { DockerApi } from './api.ts';
import { statInContainer } from './archive-stat.ts';
import { textOf } from './json-fields.ts';
import type { SpaceMark } from './marks.ts';
import { removeContainer } from './space-cleaner.ts';

const RESULT_PATH = '/data/perf.json';
const MOUNT_PATIENCE_MS = 10_000;
const MOUNT_PAUSE_MS = 5;
const BYTES_PER_INODE = 4096;
const READ_TIMEOUT_MS = 20_000;

/** A /data in memory, of bounded size, that outlives the container which writes it. */
export interface DataVolume extends AsyncDisposable {
  readonly name: string;
  /** Takes /data/perf.json when all who could write it are dead. Throws `engine-failed`. */
  takeResult(): Promise<ResultFile>;
}

export interface DataVolumeRequest {
  readonly mark: SpaceMark;
  readonly name: string;
  readonly dataBytes: number;
  /** An image without any file but /data, whose containers never start. */
  readonly emptyImage: string;
}

/**
 * Docker unmounts a volume in memory, and so empties it, when its last container stops. So that the result can be
 * read after that, two containers are made that never start: into one an archive is being copied that does not end,
 * which keeps the volume mounted; through the other, which has no hostile file in it, the result is read.
 */
export async function createDataVolume(api: DockerApi, request: DataVolumeRequest): Promise<DataVolume> {
  const { name, mark, dataBytes } = request;
  const inodes = Math.max(64, Math.ceil(dataBytes / BYTES_PER_INODE));
  const o = `size=${dataBytes},nr_inodes=${inodes},mode=1777,nosuid,nodev,noexec`;
  const driverOptions = { type: 'tmpfs', device: 'tmpfs', o };
  await api.must({
    method: 'POST',
    path: '/volumes/create',
    body: { Name: name, Driver: 'local', DriverOpts: driverOptions, Labels: mark.labels },
  });
  const [keeper, reader] = await Promise.all([createIdle(api, request), createIdle(api, request)]);
  const hold = api.begin({
    method: 'PUT',
    path: `/containers/${keeper}/archive`,
    query: { path: '/data' },
  });
  const held = watchHold(hold);
  hold.setHeader('content-type', 'application/x-tar');
  hold.setHeader('transfer-encoding', 'chunked');
  hold.flushHeaders();
  const dispose = async (): Promise<void> => {
    hold.destroy();
    await Promise.all([removeContainer(api, keeper), removeContainer(api, reader)]);
    await api.must({ method: 'DELETE', path: `/volumes/${name}`, query: { force: '1' } }, [404, 409]);
  };
  try {
    await mounted(api, reader);
  } catch (error) {
    await dispose();
    throw error;
  }
  return {
    name,
    async takeResult() {
      const result = await takeResult(api, reader);
      if (held.isBroken())
        throw new DrydockError('engine-failed', 'Docker let go of /data before the result was read.');
      return result;
    },
    [Symbol.asyncDispose]: dispose,
  };
}

function watchHold(hold: ClientRequest): { isBroken(): boolean } {
  let isBroken = false;
  const onBreak = (): void => {
    isBroken = true;
  };
  hold.on('error', onBreak);
  hold.on('response', onBreak);
  hold.on('close', onBreak);
  return { isBroken: () => isBroken };
}

async function createIdle(api: DockerApi, { mark, name, emptyImage }: DataVolumeRequest): Promise<string> {
  const { body } = await api.must({
    method: 'POST',
    path: '/containers/create',
    body: {
      Image: emptyImage,
      Cmd: ['-'],
      Labels: mark.labels,
      NetworkDisabled: true,
      HostConfig: {
        NetworkMode: 'none',
        Mounts: [{ Type: 'volume', Source: name, Target: '/data', VolumeOptions: { NoCopy: true } }],
      },
    },
  });
  return textOf(body, 'Id');
}

/** Waits until the volume stays mounted: each new mount would have a root of a new date. */
async function mounted(api: DockerApi, reader: string): Promise<void> {
  const deadline = performance.now() + MOUNT_PATIENCE_MS;
  for (let before = ''; performance.now() < deadline; await delay(MOUNT_PAUSE_MS)) {
    const now = (await statInContainer(api, reader, '/data'))?.modifiedAt ?? '';
    if (now !== '' && now === before) return;
    before = now;
  }
  throw new DrydockError('engine-failed', 'Docker was expected to keep /data mounted, it does not.');
}

async function takeResult(api: DockerApi, reader: string): Promise<ResultFile> {
  const stat = await statInContainer(api, reader, RESULT_PATH);
  if (stat === null) return { kind: 'missing' };
  if (stat.kind !== 'a regular file')
    return { kind: 'refused', why: `it is ${stat.kind}, not a regular file` };
  if (stat.sizeBytes > RESULT_FILE_MAX_BYTES)
    return { kind: 'refused', why: `it has ${stat.sizeBytes} bytes, more than ${RESULT_FILE_MAX_BYTES}` };
  return readResult(api, reader);
}

async function readResult(api: DockerApi, reader: string): Promise<ResultFile> {
  const answer = await api.open({
    method: 'GET',
    path: `/containers/${reader}/archive`,
    query: { path: RESULT_PATH },
    signal: AbortSignal.timeout(READ_TIMEOUT_MS),
  });
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new DrydockError(
      'engine-failed',
      `Docker was expected to give ${RESULT_PATH}, it answered ${answer.statusCode}.`,
    );
  }
  const entries = answer.pipe(extract());
  answer.once('close', () => {
    if (!answer.complete) entries.destroy(new Error('Docker hung up'));
  });
  try {
    for await (const entry of entries) {
      if (entry.header.type !== 'file' || (entry.header.size ?? 0) > RESULT_FILE_MAX_BYTES)
        return { kind: 'refused', why: `it is a ${entry.header.type} of ${entry.header.size} bytes` };
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
      return { kind: 'file', content: Buffer.concat(chunks) };
    }
  } finally {
    answer.destroy();
  }
  throw new DrydockError('engine-failed', `Docker gave ${RESULT_PATH} as an empty archive.`);
}
