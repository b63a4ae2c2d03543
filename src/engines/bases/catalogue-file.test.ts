import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { digestOf } from '../../core/digest.ts';
import { isDrydockError } from '../../core/errors.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { createCatalogueFile } from './catalogue-file.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-catalogue-'));
  path = join(folder, 'deep/catalogue.json');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

suite('the catalogue’s file', () => {
  test('every kind of entry comes back as it was put', async () => {
    const entries = ['a', 'b', 'c', 'd'].map(entryOf);
    const file = createCatalogueFile(path, []);
    for (const entry of entries) await file.put(entry);

    const read = await createCatalogueFile(path, []).read();

    assert.deepEqual([...read.values()], entries);
  });

  test('what is there at first is only there until something is written', async () => {
    const file = createCatalogueFile(path, [entryOf('a')]);

    assert.equal(await file.remove('a'), true);
    assert.equal(await file.remove('a'), false);

    assert.deepEqual([...(await createCatalogueFile(path, [entryOf('a')]).read()).keys()], []);
  });

  test('many that write at once lose no entry and leave only the file', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `n${index}`);

    await Promise.all(names.map((name) => createCatalogueFile(path, []).put(entryOf(name))));

    const read = await createCatalogueFile(path, []).read();
    assert.deepEqual([...read.keys()].sort(), [...names].sort());
    assert.deepEqual(await readdir(join(folder, 'deep')), ['catalogue.json']);
  });

  test('the lock of a process that died is not waited for', async () => {
    const file = createCatalogueFile(path, []);
    await file.put(entryOf('a'));
    await writeFile(`${path}.lock`, '');
    const old = new Date(Date.now() - 60_000);
    await utimes(`${path}.lock`, old, old);

    await file.put(entryOf('b'));

    assert.equal((await file.read()).size, 2);
  });

  for (const text of ['', '{', '[]', '{"version":1}', '{"version":1,"entries":[{"name":"x"}]}', 'root:x:0:0'])
    test(`a file that holds ${JSON.stringify(text)} is an error that names the file and shows nothing of it`, async () => {
      const file = createCatalogueFile(path, []);
      await file.put(entryOf('a'));
      await writeFile(path, text);

      await assert.rejects(
        file.read(),
        (error: unknown) =>
          isDrydockError(error, 'config-invalid') &&
          error.message.includes('catalogue.json') &&
          !error.message.includes('root:x'),
      );
    });

  test('an entry with a digest that is none is an error', async () => {
    const file = createCatalogueFile(path, []);
    await file.put(entryOf('a'));
    await writeFile(path, (await readFile(path, 'utf8')).replace(/sha256:[0-9a-f]{64}/, 'sha256:../../etc'));

    await assert.rejects(file.read(), (error: unknown) => isDrydockError(error, 'config-invalid'));
  });

  test('names are written as script/bootstrap looks for them', async () => {
    await createCatalogueFile(path, []).put(entryOf('docker.io/library/debian:bookworm-slim'));

    assert.ok((await readFile(path, 'utf8')).includes('"name": "docker.io/library/debian:bookworm-slim"'));
  });
});

/** An entry of a kind that depends on the name's first letter. */
function entryOf(name: string): CatalogueEntry {
  const at = '2026-01-01T00:00:00.000Z';
  const image = digestOf(name);
  switch (name[0]) {
    case 'b':
      return { kind: 'substitute', name, by: 'x', at };
    case 'c':
      return { kind: 'registry', name, reference: name, image: null, at, allowedBy: 'operator' };
    case 'd':
      return { kind: 'built', name, recipe: { kind: 'busybox' }, inputs: image, image, at };
    default:
      return {
        kind: 'built',
        name,
        recipe: { kind: 'debian', suite: 'bookworm', variant: 'apt', include: ['git'], isPatched: false },
        inputs: image,
        image,
        at,
      };
  }
}
