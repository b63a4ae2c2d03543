import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FoundPackage } from './format.ts';
import { packageUrl } from './purl.ts';

const DEBIAN = { id: 'debian', versionId: '12', codename: 'bookworm' };

suite('package URLs', () => {
  const cases: readonly (readonly [FoundPackage, typeof DEBIAN | null, string])[] = [
    [
      { type: 'deb', name: 'bash', version: '5.2.15-2+b7', architecture: 'amd64' },
      DEBIAN,
      'pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12',
    ],
    [
      { type: 'deb', name: 'libstdc++6', version: '1:12.2.0~rc1-14', architecture: 'all' },
      DEBIAN,
      'pkg:deb/debian/libstdc%2B%2B6@1:12.2.0~rc1-14?arch=all&distro=debian-12',
    ],
    [{ type: 'deb', name: 'a', version: '1' }, null, 'pkg:deb/a@1'],
    [
      { type: 'npm', name: '@angular/animation', version: '12.3.1', namespace: '@angular' },
      DEBIAN,
      'pkg:npm/%40angular/animation@12.3.1',
    ],
    [{ type: 'npm', name: 'a', version: '1.0.0+b' }, null, 'pkg:npm/a@1.0.0%2Bb'],
    [{ type: 'pypi', name: 'Django_Rest', version: '1!2.0' }, null, 'pkg:pypi/django-rest@1%212.0'],
  ];
  for (const [found, os, purl] of cases) test(purl, () => assert.equal(packageUrl(found, os), purl));

  test('a distribution without a version is told by its code name', () => {
    const url = packageUrl({ type: 'deb', name: 'a', version: '1' }, { id: 'debian', codename: 'trixie' });

    assert.equal(url, 'pkg:deb/debian/a@1?distro=debian-trixie');
  });
});
