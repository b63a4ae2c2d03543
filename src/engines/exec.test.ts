import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDrydockError } from '../core/errors.ts';
import { type ExecRequest, exec, spawnChild } from './exec.ts';

const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

function sh(script: string, more: Partial<ExecRequest> = {}): ReturnType<typeof exec> {
  return exec({
    command: 'sh',
    args: ['-c', script],
    env: ENV,
    timeoutMs: 5000,
    maxOutputBytes: 1 << 20,
    ...more,
  });
}

async function isAlive(pid: number): Promise<boolean> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text !== '' && !/\) [ZX] /.test(text);
}

test('an exit code comes with both outputs, kept apart', async () => {
  const result = await sh('echo out; echo err >&2; exit 3');

  assert.equal(result.status === 'exited' && result.exitCode, 3);
  assert.equal(result.stdout, 'out\n');
  assert.equal(result.stderr, 'err\n');
});

test('a program that a signal ends is told apart from an exit', async () => {
  const result = await sh('kill -TERM $$');

  assert.equal(result.status === 'killed' && result.signal, 'SIGTERM');
});

test('nothing of our own environment is inherited', async () => {
  process.env['DRYDOCK_CANARY'] = 'secret';
  const result = await exec({
    command: '/usr/bin/env',
    args: [],
    env: { ONLY: 'this' },
    timeoutMs: 5000,
    maxOutputBytes: 1000,
  });
  delete process.env['DRYDOCK_CANARY'];

  assert.equal(result.stdout, 'ONLY=this\n');
});

test('arguments are never read by a shell', async () => {
  const result = await exec({
    command: 'printf',
    args: ['%s', '$(id); `id` | x'],
    env: ENV,
    timeoutMs: 5000,
    maxOutputBytes: 1000,
  });

  assert.equal(result.stdout, '$(id); `id` | x');
});

test('a missing program is tool-missing, with the cause', async () => {
  await assert.rejects(
    exec({ command: 'drydock-no-such', args: [], env: ENV, timeoutMs: 1000, maxOutputBytes: 10 }),
    (error) => isDrydockError(error, 'tool-missing') && error.cause instanceof Error,
  );
});

test('a missing working folder is named as such', async () => {
  await assert.rejects(sh('true', { cwd: '/no/such/folder' }), /no such folder/);
});

test('a time-out kills the whole process group, children of children too', async () => {
  const result = await sh('sleep 60 & echo $!; (sleep 60 & echo $!; wait) ; wait', { timeoutMs: 300 });

  assert.equal(result.status, 'timed-out');
  for (const pid of result.stdout.trim().split('\n')) assert.equal(await isAlive(Number(pid)), false);
});

test('a child that a program leaves behind is dead when exec resolves', async () => {
  const result = await sh('sleep 60 >/dev/null 2>&1 & echo $!');

  await sleep(50);
  assert.equal(await isAlive(Number(result.stdout)), false);
});

test('a survivor in another session cannot keep exec waiting by holding the pipe', async () => {
  const before = Date.now();
  const result = await sh('setsid sleep 3 & exit 0');

  assert.equal(result.status, 'exited');
  assert.ok(Date.now() - before < 2500);
});

test('output above the limit kills the program and keeps just the limit', async () => {
  const result = await sh('yes', { maxOutputBytes: 1000 });

  assert.equal(result.status, 'output-exceeded');
  assert.equal(result.stdout.length, 1000);
});

test('an abort rejects with its reason after the program is dead', async () => {
  const controller = new AbortController();
  const reason = new Error('stop it');
  let pid = 0;
  const promise = sh('echo $$; sleep 60', {
    signal: controller.signal,
    onLine: ({ text }) => {
      pid = Number(text);
      controller.abort(reason);
    },
  });

  await assert.rejects(promise, (error) => error === reason);
  assert.equal(await isAlive(pid), false);
});

test('an abort before the start starts nothing', async () => {
  await assert.rejects(sh('true', { signal: AbortSignal.abort(new Error('early')) }), /early/);
});

test('input reaches the program, and a program that ignores it is no error', async () => {
  const read = await sh('cat', { input: 'hello' });
  const ignored = await sh('exit 0', { input: 'x'.repeat(1 << 20) });

  assert.equal(read.stdout, 'hello');
  assert.equal(ignored.status, 'exited');
});

test('lines come as they are written, the last one without a newline too', async () => {
  const lines: string[] = [];
  await sh('echo one; echo two >&2; printf three', {
    onLine: ({ stream, text }) => lines.push(`${stream} ${text}`),
  });

  assert.deepEqual(lines.toSorted(), ['stderr two', 'stdout one', 'stdout three']);
});

test('a child keeps its pipes and its inherited descriptors until it is killed', async () => {
  const child = await spawnChild({
    command: 'sh',
    args: ['-c', 'read x; echo "got $x"; sleep 60'],
    env: ENV,
  });
  child.stdin.write('it\n');
  const [chunk] = await Array.fromAsync(child.stdout.take(1));
  child.kill();

  assert.equal(String(chunk), 'got it\n');
  assert.equal((await child.ended).signal, 'SIGKILL');
});
