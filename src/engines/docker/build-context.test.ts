import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { extract, pack } from 'tar-stream';
import { createBuildContext } from './build-context.ts';

async function entriesOf(request: Parameters<typeof createBuildContext>[0]): Promise<Record<string, string>> {
  const entries = createBuildContext(request).tar.pipe(extract());
  const found: Record<string, string> = {};
  for await (const entry of entries) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
    assert.ok(!(entry.header.name in found), `${entry.header.name} stands there twice`);
    found[entry.header.name] = Buffer.concat(chunks).toString('utf8') || `(${entry.header.type})`;
  }
  return found;
}

test('an empty context holds the Dockerfile, hidden from COPY', async () => {
  const entries = await entriesOf({ dockerfile: 'FROM x\n', contextTar: null, token: 'abc' });

  assert.deepEqual(entries, {
    '.drydock-abc': 'FROM x\n',
    '.dockerignore': '.dockerignore\n.drydock-abc\n',
  });
});

test('a context keeps its entries, and its .dockerignore what it says', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-context-'));
  try {
    const contextTar = join(folder, 'context.tar');
    const tar = pack();
    tar.entry({ name: 'a', type: 'directory' });
    tar.entry({ name: 'a/b' }, 'text');
    tar.entry({ name: 'a/l', type: 'symlink', linkname: 'b' });
    tar.entry({ name: './.dockerignore' }, '*.log');
    tar.entry({ name: 'Dockerfile' }, 'FROM other\n');
    tar.finalize();
    await writeFile(contextTar, Readable.from(tar));

    const entries = await entriesOf({ dockerfile: 'FROM x\n', contextTar, token: 'abc' });

    assert.deepEqual(entries, {
      '.drydock-abc': 'FROM x\n',
      a: '(directory)',
      'a/b': 'text',
      'a/l': '(symlink)',
      Dockerfile: 'FROM other\n',
      '.dockerignore': '*.log\n.drydock-abc\n',
    });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a context that is no tar, or not there, fails the reading', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-context-'));
  try {
    const contextTar = join(folder, 'context.tar');
    await writeFile(contextTar, Buffer.alloc(2048, 7));

    const { tar } = createBuildContext({ dockerfile: 'FROM x\n', contextTar, token: 'abc' });

    await assert.rejects(Array.fromAsync(tar));
    const missing = { dockerfile: 'FROM x\n', contextTar: `${contextTar}.gone`, token: 'abc' };
    await assert.rejects(Array.fromAsync(createBuildContext(missing).tar));
  } finally {
    await rm(folder, { recursive: true });
  }
});
