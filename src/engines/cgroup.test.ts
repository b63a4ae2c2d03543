import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLayout, openCgroups } from './cgroup.ts';
import { exec, spawnChild } from './exec.ts';

const V1 = `30 23 0:26 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory
31 23 0:27 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
32 23 0:28 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
33 23 0:29 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw`;

test('version 1 puts our groups below our own, for each controller', () => {
  assert.deepEqual(findLayout(V1, '4:memory:/a/b\n3:cpu,cpuacct:/\n2:pids:/c\n0::/'), {
    version: 1,
    folders: {
      memory: '/sys/fs/cgroup/memory/a/b/drydock',
      cpu: '/sys/fs/cgroup/cpu,cpuacct/drydock',
      pids: '/sys/fs/cgroup/pids/c/drydock',
    },
  });
});

test('version 2 puts them below the root of the mount', () => {
  const layout = findLayout('30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw', '0::/user.slice');

  assert.deepEqual(layout, {
    version: 2,
    folders: {
      memory: '/sys/fs/cgroup/drydock',
      pids: '/sys/fs/cgroup/drydock',
      cpu: '/sys/fs/cgroup/drydock',
    },
  });
});

test('a path outside of what is mounted is the root of the mount', () => {
  const mount = '30 23 0:26 /docker/x /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory';

  assert.equal(findLayout(mount, '4:memory:/docker/x').folders.memory, '/sys/fs/cgroup/memory/drydock');
  assert.equal(findLayout(mount, '4:memory:/../../etc').folders.memory, '/sys/fs/cgroup/memory/drydock');
});

test('no hierarchy, no controllers', () => {
  assert.deepEqual(findLayout('', ''), { version: 1, folders: {} });
});

test('a group caps memory, counts what it killed, and is gone with all that was in it', async (t) => {
  const groups = await openCgroups();
  if (!groups.controllers.includes('memory')) return t.skip('no memory cgroup can be written here');
  const group = await groups.create(`test-${process.pid}`, { memoryBytes: 64 << 20, tasks: 50, cpus: 1 });
  const env = { PATH: '/usr/bin:/bin' };
  const child = await spawnChild({
    command: 'sh',
    args: ['-c', 'read go; sleep 100 & dd if=/dev/zero of=/dev/null bs=200M count=1; sleep 100'],
    env,
  });
  await group.add(child.pid);
  child.stdin.write('go\n');

  for (let tries = 0; tries < 100 && (await group.countOutOfMemory()) === 0; tries += 1)
    await exec({ command: 'sleep', args: ['0.02'], env, timeoutMs: 1000, maxOutputBytes: 10 });

  assert.ok((await group.countOutOfMemory()) > 0);
  await group.remove();
  await child.ended;
  assert.ok(!(await groups.list()).includes(`test-${process.pid}`));
});
