import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DrydockError } from '../../core/errors.ts';
import { exec } from '../exec.ts';

/** The agent and everything that it imports. */
const FILES = ['agent', 'cell-root', 'frames', 'image-storage', 'image-walk', 'result-file', 'watchdog'];
const STRIP = `
  const { stripTypeScriptTypes } = require('node:module');
  const chunks = [];
  process.stdin.on('data', (chunk) => chunks.push(chunk));
  process.stdin.on('end', () => {
    const texts = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    process.stdout.write(JSON.stringify(texts.map((text) => stripTypeScriptTypes(text))));
  });`;

/**
 * Puts the agent's program, as plain JavaScript, where the engine account can read it but not write it, and returns
 * the path of its first file. Types are taken out once per version: Node does it at every start otherwise, and takes
 * 70 ms for it.
 */
export async function prepareAgent(folder: string): Promise<string> {
  const extension = extname(import.meta.filename);
  const sources = await Promise.all(
    FILES.map((name) => readFile(join(import.meta.dirname, name + extension), 'utf8')),
  );
  const hash = createHash('sha256').update(sources.join('\0')).digest('hex').slice(0, 16);
  const home = join(folder, `agent-${hash}`);
  const first = join(home, 'agent.mjs');
  if (await readFile(first).catch(() => undefined)) return first;
  const texts = extension === '.ts' ? await stripTypes(sources) : sources;
  const fresh = `${home}.${randomUUID()}`;
  await mkdir(fresh, { recursive: true, mode: 0o755 });
  for (const [index, name] of FILES.entries()) {
    const text = (texts[index] ?? '').replace(/(from '\.\/[a-z-]+)\.[jt]s'/g, "$1.mjs'");
    await writeFile(join(fresh, `${name}.mjs`), text, { mode: 0o644 });
  }
  // Another process may have been as fast; its files are the same.
  await rename(fresh, home).catch(() => rm(fresh, { recursive: true, force: true }));
  return first;
}

async function stripTypes(sources: readonly string[]): Promise<readonly string[]> {
  const result = await exec({
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', '--input-type=commonjs', '--eval', STRIP],
    env: {},
    input: JSON.stringify(sources),
    timeoutMs: 30_000,
    maxOutputBytes: 4 * 1024 * 1024,
  });
  const texts: unknown = result.status === 'exited' && result.exitCode === 0 ? JSON.parse(result.stdout) : [];
  if (Array.isArray(texts) && texts.length === sources.length) return texts.map(String);
  throw new DrydockError(
    'engine-unavailable',
    `The agent's types could not be taken out with ${process.execPath}: ${result.stderr.slice(0, 500)}`,
  );
}
