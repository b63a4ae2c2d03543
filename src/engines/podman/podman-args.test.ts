import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_BUILD_LIMITS, DEFAULT_RUN_LIMITS } from '../../core/limits.ts';
import { buildArgs, engineEnv, runArgs } from './podman-args.ts';

const IMAGE = `sha256:${'a'.repeat(64)}` as const;

function build(
  change: { network?: 'none' | 'open'; target?: string; buildArgs?: Record<string, string> } = {},
) {
  return buildArgs(
    {
      dockerfile: '',
      contextTar: null,
      buildArgs: {},
      network: 'none',
      limits: DEFAULT_BUILD_LIMITS,
      onLog: () => undefined,
      ...change,
    },
    '/space/context',
  );
}

function run(): readonly string[] {
  return runArgs(
    {
      image: IMAGE,
      sandbox: 'runc',
      uid: 65532,
      gid: 65532,
      limits: DEFAULT_RUN_LIMITS,
      onLog: () => undefined,
    },
    { name: 'run-1', runtime: undefined },
  );
}

test('what a run is given is just this', () => {
  assert.deepEqual(
    run().join(' '),
    `--root /space/storage --storage-opt additionalimagestore=/bases --runroot /run/engine/root --tmpdir /run/engine/libpod --storage-driver overlay --events-backend none --cgroup-manager cgroupfs --hooks-dir /run/step/no-hooks --runtime runc run --name run-1 --pull=never --log-driver none --network none --cap-drop all --security-opt no-new-privileges --user 65532:65532 --read-only --read-only-tmpfs=false --image-volume ignore --no-healthcheck --systemd=false --sdnotify=ignore --http-proxy=false --no-hosts --passwd=false --hostname drydock --cgroupns private --ipc private --stop-signal KILL --volume /run/step/data:/data:rw,nosuid,nodev,noexec --volume /run/step/temporary:/tmp:rw,nosuid,nodev,noexec --shm-size 16777216 --ulimit nofile=1024:1024 --ulimit nproc=128:128 --ulimit core=0:0 ${IMAGE}`,
  );
});

test('what a build is given is just this', () => {
  assert.equal(
    build().join(' '),
    '--root /space/storage --storage-opt additionalimagestore=/bases --runroot /run/engine/root --tmpdir /run/engine/libpod --storage-driver overlay --events-backend none --cgroup-manager cgroupfs --hooks-dir /run/step/no-hooks --runtime runc build --isolation oci --format docker --identity-label=false --jobs 1 --pull=never --no-cache --force-rm --no-hosts --network none --http-proxy=false --ignorefile /run/step/ignore --shm-size 16777216 --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 --ulimit core=0:0 --ulimit fsize=4294967296:4294967296 --iidfile /run/step/image-id --file /run/step/Dockerfile /space/context',
  );
});

test('no name or value of a build argument, and no target, becomes a flag', () => {
  const args = build({ buildArgs: { '--privileged': '--network=host' }, target: '--network=host' });

  assert.ok(args.includes('--build-arg=--privileged=--network=host'));
  assert.ok(args.includes('--target=--network=host'));
});

test('an open network is the cell’s own, never the host’s', () => {
  assert.match(build({ network: 'open' }).join(' '), /--network host --dns 10\.0\.2\.3/);
});

test('the environment of an engine names no folder of the host', () => {
  for (const [name, value] of Object.entries(engineEnv({ name: 'x', uid: 1, gid: 1 })))
    assert.match(value, /^(\/space|\/run\/|\/usr\/|done$|1$)/, name);
});
