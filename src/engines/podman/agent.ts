/**
 * The first process of a cell: it alone lives there under our orders. It is started by `cell.ts` as pid 1 of fresh
 * namespaces, hears requests on standard input and answers on standard output, in frames. It imports nothing but Node
 * and the files beside it. When it ends, the kernel kills every process of the cell and unmounts every mount.
 */
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { enterCellRoot } from './cell-root.ts';
import { createFrameReader, encodeFrame, type Frame, MAX_BODY_BYTES } from './frames.ts';
import { findStoredImage, overlayOptions } from './image-storage.ts';
import { findDangerInRoot, walkImage } from './image-walk.ts';
import type { AgentEvent, AgentRequest, AgentSetup } from './protocol.ts';
import { openRegularFile, readBounded, takeResultFile } from './result-file.ts';
import { startWatchdog } from './watchdog.ts';

const IMAGE_ROOT = '/run/image';
const RESULT_NAME = 'perf.json';
const RESULT_MAX_BYTES = 64 * 1024;
const KILL_TIMEOUT_MS = 5000;
const CHUNK_BYTES = 64 * 1024;

type Request = AgentRequest & { readonly id: number };
type Program = ChildProcessByStdio<Writable, Readable, Readable>;

const programs = new Map<number, Program>();

function answer(id: number, event: AgentEvent, body?: Uint8Array): void {
  const bytes = encodeFrame({ id, ...event }, body);
  let written = 0;
  // The pipe blocks: a keeper that reads slowly slows the cell down and costs nobody memory.
  while (written < bytes.length) written += writeSync(1, bytes, written);
}

function handle({ head, body }: Frame): void {
  // The keeper is trusted; only the keeper's side checks what it hears.
  const request = head as Request;
  try {
    perform(request, body);
  } catch (error) {
    answer(request.id, { event: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}

function perform(request: Request, body: Buffer): void {
  const { id } = request;
  switch (request.op) {
    case 'spawn':
      spawnProgram(request);
      return;
    case 'input':
      feedProgram(id, body);
      return;
    case 'input-end':
      programs.get(id)?.stdin.end();
      return;
    case 'write':
      mkdirSync(dirname(request.path), { recursive: true, mode: 0o700 });
      writeFileSync(request.path, body, { flag: 'wx', mode: 0o600 });
      answer(id, { event: 'done' });
      return;
    case 'read':
      answer(id, { event: 'done' }, readFileBounded(request.path, request.maxBytes));
      return;
    case 'make-folders':
      for (const path of request.paths) mkdirSync(path, { recursive: true, mode: 0o755 });
      answer(id, { event: 'done' });
      return;
    case 'kill-all':
      killAll();
      answer(id, { event: 'done' });
      return;
    case 'forbid-namespaces':
      writeFileSync('/proc/sys/user/max_user_namespaces', '0');
      answer(id, { event: 'done' });
      return;
    case 'take-result':
      takeResult(id, request.folder);
      return;
    case 'find-image': {
      const image = findStoredImage(request.stores, request.imageId);
      if (image === undefined) answer(id, { event: 'done', why: 'not-found' });
      else answer(id, { event: 'done', sizeBytes: image.sizeBytes }, image.config);
      return;
    }
    case 'mount-image': {
      const why = mountImage(request.stores, request.imageId);
      answer(id, { event: 'done', ...(why === null ? {} : { why }) });
      return;
    }
    case 'collect':
      for (const file of walkImage({ wants: request.wants, root: IMAGE_ROOT, maxBodyBytes: MAX_BODY_BYTES }))
        if (file.kind === 'unreadable') answer(id, { event: 'unreadable', path: file.path, why: file.why });
        else {
          const { path, sizeBytes, content } = file;
          answer(id, { event: 'file', path, sizeBytes, hasContent: content !== null }, content ?? undefined);
        }
      answer(id, { event: 'done' });
      return;
    case 'watch':
      watch(request);
      return;
  }
}

function spawnProgram(request: Request & { readonly op: 'spawn' }): void {
  const { id } = request;
  const program = spawn(request.command, request.args, { env: request.env, stdio: ['pipe', 'pipe', 'pipe'] });
  programs.set(id, program);
  let roomBytes = request.maxOutputBytes;
  for (const stream of ['stdout', 'stderr'] as const)
    program[stream].on('data', (chunk: Buffer) => {
      if (roomBytes < 0) return;
      const kept = chunk.subarray(0, roomBytes);
      for (let at = 0; at < kept.length; at += CHUNK_BYTES)
        answer(id, { event: stream }, kept.subarray(at, at + CHUNK_BYTES));
      roomBytes -= chunk.length;
      if (roomBytes < 0) answer(id, { event: 'output-exceeded' });
    });
  program.stdin.on('error', () => undefined);
  program.stdin.on('drain', () => process.stdin.resume());
  program.stdin.on('close', () => process.stdin.resume());
  program.on('error', (error) => {
    programs.delete(id);
    answer(id, { event: 'failed', message: error.message });
  });
  program.on('close', (exitCode, signal) => {
    if (programs.delete(id)) answer(id, { event: 'end', exitCode, signal });
  });
}

function feedProgram(id: number, body: Buffer): void {
  const stdin = programs.get(id)?.stdin;
  if (stdin?.writable === true && !stdin.write(body)) process.stdin.pause();
}

function readFileBounded(path: string, maxBytes: number): Buffer {
  const { fd, stats } = openRegularFile(path);
  try {
    if (stats.size > maxBytes) throw new Error(`${path} has ${stats.size} bytes, more than ${maxBytes}`);
    return readBounded(fd, maxBytes);
  } finally {
    closeSync(fd);
  }
}

/** Kills every process of the pid namespace but this one. Synchronous, so that nothing is started meanwhile. */
function killAll(): void {
  const deadline = Date.now() + KILL_TIMEOUT_MS;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  while (true) {
    try {
      process.kill(-1, 'SIGKILL');
    } catch {
      // Nobody is left.
    }
    const alive = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== '1' && isAlive(name));
    if (alive.length === 0) return;
    if (Date.now() > deadline) throw new Error(`${alive.length} processes did not die of SIGKILL`);
    Atomics.wait(pause, 0, 0, 2);
  }
}

function isAlive(pid: string): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

function mountImage(stores: readonly string[], id: string): string | null {
  const image = findStoredImage(stores, id);
  if (image === undefined) throw new Error('the image is not there');
  mkdirSync(IMAGE_ROOT, { recursive: true });
  const options = overlayOptions(image.layers, '/run/l');
  runProgram('mount', ['-t', 'overlay', '-o', options, 'image', IMAGE_ROOT], []);
  return findDangerInRoot(IMAGE_ROOT);
}

function takeResult(id: number, folder: string): void {
  const result = takeResultFile(folder, RESULT_NAME, RESULT_MAX_BYTES);
  if (result.kind === 'file') answer(id, { event: 'done', kind: 'file' }, result.content);
  else if (result.kind === 'refused') answer(id, { event: 'done', kind: 'refused', why: result.why });
  else answer(id, { event: 'done', kind: 'missing' });
}

function watch(request: Request & { readonly op: 'watch' }): void {
  startWatchdog({
    ...request,
    folder: '/space',
    countDisk: countSpace,
    onLimit: (what) => answer(request.id, { event: 'limit', what }),
  });
}

async function countSpace(): Promise<number | null> {
  const { promise, resolve } = Promise.withResolvers<number | null>();
  const du = spawn('du', ['--summarize', '--block-size=1', '--one-file-system', '/space/storage/overlay'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let text = '';
  du.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  du.on('error', () => resolve(null));
  du.on('close', () => resolve(/^\d+\t/.test(text) ? Number.parseInt(text, 10) : null));
  return await promise;
}

function runProgram(command: string, args: readonly string[], inherit: readonly number[]): void {
  const result = spawnSync(command, args, { stdio: ['ignore', 'pipe', 'pipe', ...inherit] });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${command} failed: ${result.stderr.toString('utf8').trim()}`);
}

function main(): void {
  const setup = JSON.parse(process.argv[2] ?? 'null') as AgentSetup;
  enterCellRoot(setup, runProgram);
  const read = createFrameReader(handle);
  process.stdin.on('data', (chunk: Buffer) => read(chunk));
  // The keeper is gone: so is the cell.
  process.stdin.on('close', () => process.exit(0));
  answer(0, { event: 'ready' });
}

main();
