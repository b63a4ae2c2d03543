import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { KNOWN_FLAWS, openFlaws } from './known-flaws.ts';

const NO_CHANGELOG = '/nonexistent/changelog.gz';

async function open(
  program: 'podman' | 'runc',
  version: string,
  changelog = NO_CHANGELOG,
): Promise<string[]> {
  return (await openFlaws(program, version, changelog)).flaws.map(({ cve }) => cve);
}

suite('known flaws', () => {
  test('an old version has what was published since', async () => {
    const flaws = await open('runc', 'runc version 1.1.5+ds1');

    assert.deepEqual(
      flaws,
      KNOWN_FLAWS.runc.map(({ cve }) => cve),
    );
  });

  test('a version at the fix of its own line is mended, one below is not', async () => {
    assert.ok(!(await open('podman', '4.9.4')).includes('CVE-2024-1753'));
    assert.ok((await open('podman', '4.9.3')).includes('CVE-2024-1753'));
    assert.ok((await open('podman', '5.0.0')).includes('CVE-2024-1753'));
    assert.ok((await open('runc', '1.3.2')).includes('CVE-2025-31133'));
    assert.ok(!(await open('runc', '1.2.8')).includes('CVE-2025-31133'));
  });

  test('a flaw that nobody has mended is in every version', async () => {
    assert.deepEqual(await open('podman', '99.0.0'), ['CVE-2024-3056']);
  });

  test('a version that cannot be read has them all', async () => {
    assert.equal((await open('podman', 'unknown')).length, KNOWN_FLAWS.podman.length);
  });

  test('what Debian’s changelog names as mended is not counted, and without one the answer says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drydock-flaws-'));
    try {
      const changelog = join(folder, 'changelog.gz');
      await writeFile(changelog, gzipSync('  * Fix CVE-2024-21626\n'));

      const found = await openFlaws('runc', '1.1.5', changelog);
      const blind = await openFlaws('runc', '1.1.5', NO_CHANGELOG);

      assert.ok(!found.flaws.some(({ cve }) => cve === 'CVE-2024-21626'));
      assert.ok(blind.flaws.some(({ cve }) => cve === 'CVE-2024-21626'));
      assert.match(blind.basis, /by version alone/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('every flaw names its shield', () => {
    for (const { cve, shield } of [...KNOWN_FLAWS.podman, ...KNOWN_FLAWS.runc]) {
      assert.match(cve, /^CVE-\d{4}-\d{4,7}$/);
      assert.ok(shield.length > 10);
    }
  });
});
