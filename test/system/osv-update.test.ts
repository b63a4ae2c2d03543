import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openOsvIndex } from '../../src/advisories/osv/open-index.ts';
import { updateOsvIndex } from '../../src/advisories/osv/update-index.ts';
import { startArchiveServer, temporaryFolder } from '../support/debian-archive.ts';
import { zipArchive } from '../support/zip-archive.ts';

const never = new AbortController().signal;
const clock = { now: () => new Date('2026-11-20T12:00:00Z') };

function archiveOf(ecosystem: string, name: string): Buffer {
  const affected = [
    { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }] },
  ];
  return zipArchive([{ name: 'A.json', content: JSON.stringify({ id: 'A', affected }) }]);
}

test('the archives are fetched, indexed, and fetched again only when they have changed', async () => {
  await using server = await startArchiveServer();
  await using folder = await temporaryFolder();
  const indexPath = join(folder.path, 'osv.db');
  const request = { baseUrl: server.url, folder: join(folder.path, 'zips'), indexPath, fetch, clock };
  const update = (): Promise<unknown> =>
    updateOsvIndex({ ...request, ecosystems: ['PyPI', 'crates.io'] }, never);
  server.serve(
    new Map([
      ['PyPI/all.zip', archiveOf('PyPI', 'a')],
      ['crates.io/all.zip', archiveOf('crates.io', 'b')],
    ]),
  );
  await update();

  const before = server.requests.length;
  server.serve(
    new Map([
      ['PyPI/all.zip', archiveOf('PyPI', 'a')],
      ['crates.io/all.zip', archiveOf('crates.io', 'c')],
    ]),
  );
  await update();

  assert.deepEqual(server.requests.slice(before), [
    'GET /debian-security/PyPI/all.zip 304',
    'GET /debian-security/crates.io/all.zip 200',
  ]);
  using index = openOsvIndex(indexPath);
  assert.deepEqual(
    [
      index.find('PyPI', 'a').length,
      index.find('crates.io', 'b').length,
      index.find('crates.io', 'c').length,
    ],
    [1, 0, 1],
  );
});

test('a failed update keeps the index that was there and leaves nothing half-done', async () => {
  await using server = await startArchiveServer();
  await using folder = await temporaryFolder();
  const indexPath = join(folder.path, 'osv.db');
  const request = { baseUrl: server.url, folder: join(folder.path, 'zips'), indexPath, fetch, clock };
  server.serve(new Map([['PyPI/all.zip', archiveOf('PyPI', 'a')]]));
  await updateOsvIndex({ ...request, ecosystems: ['PyPI'] }, never);

  await assert.rejects(updateOsvIndex({ ...request, ecosystems: ['PyPI', 'npm'] }, never), {
    code: 'advisories-unavailable',
    message: /records of npm; there is no such file/,
  });
  server.intercept((_, response) => {
    response.writeHead(200, { 'content-length': 1000 }).write('PK');
    setTimeout(() => response.destroy(), 50);
    return true;
  });
  await assert.rejects(updateOsvIndex({ ...request, ecosystems: ['npm'] }, never), {
    code: 'advisories-unavailable',
  });
  await assert.rejects(updateOsvIndex({ ...request, ecosystems: ['../x'] }, never), {
    code: 'usage-invalid',
  });

  using index = openOsvIndex(indexPath);
  assert.equal(index.find('PyPI', 'a').length, 1);
  const left = await readdir(folder.path, { recursive: true });
  assert.deepEqual(left.sort(), ['osv.db', 'zips', 'zips/PyPI.zip', 'zips/PyPI.zip.json']);
});
