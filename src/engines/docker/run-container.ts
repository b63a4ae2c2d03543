import type { Digest } from '../../core/digest.ts';
import type { RunRequest } from '../../core/ports.ts';
import type { SpaceMark } from './marks.ts';

const NANO = 1e9;

export interface RunContainer {
  readonly request: RunRequest;
  readonly image: Digest;
  /** The image's VOLUMEs, normalized. Hostile. */
  readonly volumes: readonly string[];
  readonly dataVolume: string;
  readonly mark: SpaceMark;
}

/**
 * What Docker is told to create for a run. A VOLUME of the image would become a writable folder without a bound: each
 * gets a read-only copy of what the image has there. `Test: NONE` turns HEALTHCHECK off, which would run as a second process.
 */
export function runContainerBody(container: RunContainer): object {
  const { request, image, dataVolume, mark } = container;
  const { limits, uid, gid } = request;
  const ulimit = (Name: string, most: number): object => ({ Name, Soft: most, Hard: most });
  const inodes = Math.max(64, Math.ceil(limits.tmpBytes / 4096));
  return {
    Image: image,
    User: `${uid}:${gid}`,
    Hostname: 'drydock',
    Labels: mark.labels,
    AttachStdout: true,
    AttachStderr: true,
    NetworkDisabled: true,
    Healthcheck: { Test: ['NONE'] },
    StopSignal: 'SIGKILL',
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      PidsLimit: limits.pids,
      NanoCpus: Math.round(limits.cpus * NANO),
      ShmSize: limits.tmpBytes,
      Tmpfs: { '/tmp': `rw,nosuid,nodev,exec,size=${limits.tmpBytes},nr_inodes=${inodes},mode=1777` },
      Ulimits: [ulimit('nofile', 1024), ulimit('core', 0)],
      LogConfig: { Type: 'none' },
      Mounts: [
        { Type: 'volume', Source: dataVolume, Target: '/data', VolumeOptions: { NoCopy: true } },
        ...copiedVolumes(container).map(({ name, path }) => ({
          Type: 'volume',
          Source: name,
          Target: path,
          ReadOnly: true,
          VolumeOptions: { Labels: mark.labels },
        })),
      ],
      ...(request.sandbox === 'runc' ? { Runtime: 'runc' } : {}),
    },
  };
}

/** The volumes that are made for the image's VOLUMEs, to be removed after the run. /data and /tmp are always ours. */
export function copiedVolumes({
  volumes,
  dataVolume,
}: Pick<RunContainer, 'volumes' | 'dataVolume'>): readonly {
  readonly name: string;
  readonly path: string;
}[] {
  return volumes
    .filter((path) => path !== '/data' && path !== '/tmp')
    .map((path, index) => ({ name: `${dataVolume}.${index + 1}`, path }));
}
