import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { parseCall } from '../../src/cli/parse-call.ts';

const ROOT = join(import.meta.dirname, '../..');
const DRYDOCK = join(ROOT, 'bin/drydock');
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

suite('what the README says', () => {
  const calls = [
    ...new Set([...readme.matchAll(/`\.\/bin\/drydock ([^`]+)`/g)].map(([, call = '']) => call)),
  ];

  test('there are commands to check', () => assert.ok(calls.length >= 6, calls.join()));

  for (const call of calls)
    test(`drydock ${call} is a call that exists`, async () => {
      const [name = '', ...args] = call.split(' ').filter((word) => !/[[\]…]/.test(word));
      const entry = COMMANDS[name];
      assert.ok(entry, name);

      parseCall(await entry.load(), args);
    });

  test('every path that it names exists', async () => {
    for (const [, path = ''] of readme.matchAll(/\]\(([^)#]+)\)|`((?:src|docs|test)\/[\w./-]+)`/g)) {
      if (path === '' || path.startsWith('http')) continue;
      assert.ok(
        (await readFile(join(ROOT, path)).catch(
          (error: NodeJS.ErrnoException) => error.code === 'EISDIR',
        )) !== false,
        path,
      );
    }
  });

  test('the service in four calls', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drydock-readme-'));
    await writeFile(join(folder, 'Dockerfile'), 'FROM busybox\nUSER 1000\nCMD echo 0.5 > /data/perf.json\n');
    const [, script = ''] = /```sh\n([\s\S]*?)```/.exec(readme) ?? [];
    const port = 20_000 + Math.floor(Math.random() * 20_000);
    const service = spawn(DRYDOCK, ['serve', '--port', String(port)], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, DRYDOCK_LOG_LEVEL: 'silent' },
    });
    const ended = new Promise((resolve) => service.once('exit', resolve));
    try {
      await new Promise<void>((resolve, reject) => {
        service.stderr.on('data', (chunk: Buffer) => chunk.includes('answers at') && resolve());
        void ended.then(() => reject(new Error('the service ended early')));
      });
      const calls = script
        .replace(/^.*serve &\n/m, '')
        .replaceAll('http://127.0.0.1:5000', `http://127.0.0.1:${port}`);
      const create = calls.slice(0, calls.lastIndexOf('curl'));
      const made = spawnSync('bash', ['-euc', create], { cwd: folder, encoding: 'utf8' });
      const { id } = JSON.parse(made.stdout);
      const look = `${calls.slice(0, calls.indexOf('curl'))}${calls.slice(calls.lastIndexOf('curl')).replace('/ID', `/${id}`)}`;
      for (let job = { status: 'init', performance: null }; job.status !== 'success'; ) {
        job = JSON.parse(spawnSync('bash', ['-euc', look], { cwd: folder, encoding: 'utf8' }).stdout);
        assert.ok(['init', 'processing', 'success'].includes(job.status), JSON.stringify(job));
        if (job.status === 'success') assert.equal(job.performance, 0.5);
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    } finally {
      service.kill('SIGTERM');
      assert.equal(await ended, 0, 'it stops when it is asked to');
      await rm(folder, { recursive: true });
    }
  });
});
