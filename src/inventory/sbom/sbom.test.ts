import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { suite, test } from 'node:test';
import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { isDrydockError } from '../../core/errors.ts';
import type { Inventory } from '../../core/package.ts';
import { renderCycloneDx } from './cyclonedx.ts';
import { renderSpdx } from './spdx.ts';
import type { SbomSubject } from './subject.ts';

const INVENTORY: Inventory = {
  status: 'inconclusive',
  notes: ['/var/lib/dpkg/status: something is wrong', 'and "more" \u202e of it'],
  os: { id: 'debian', versionId: '12', codename: 'bookworm', prettyName: 'Debian GNU/Linux 12' },
  packages: [
    {
      type: 'deb',
      name: 'bash',
      version: '5.2.15-2+b7',
      architecture: 'amd64',
      source: { name: 'bash', version: '5.2.15-2' },
      purl: 'pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12',
      foundIn: '/var/lib/dpkg/status',
    },
    ...['/a', '/b'].map((folder) => ({
      type: 'npm',
      name: '@scope/left-pad',
      version: '1.3.0',
      purl: 'pkg:npm/%40scope/left-pad@1.3.0',
      foundIn: `${folder}/node_modules/@scope/left-pad/package.json`,
      licenses: ['mit'],
    })),
    {
      type: 'npm',
      name: 'many',
      version: '1.0.0',
      purl: 'pkg:npm/many@1.0.0',
      foundIn: '/a',
      licenses: ['MIT OR ISC', 'constructor', 'Apache-2.0', 'all rights reserved'],
    },
    {
      type: 'maven',
      name: 'org.example:thing',
      version: '1',
      purl: 'pkg:maven/org.example/thing@1',
      foundIn: '/app.jar!/thing.jar',
    },
    {
      type: 'pypi',
      name: 'one',
      version: '1',
      purl: 'pkg:pypi/one@1',
      foundIn: '/b',
      licenses: ['(MIT OR ISC)'],
    },
  ],
};
const SUBJECT: SbomSubject = {
  drydock: '0.1.0',
  inventory: INVENTORY,
  build: { image: `sha256:${'a'.repeat(64)}` },
  name: 'docker.io/library/app:1',
  createdAt: '2026-01-02T03:04:05.678Z',
};
const EMPTY: SbomSubject = {
  drydock: '0.1.0',
  inventory: { status: 'complete', notes: [], os: null, packages: [] },
  build: null,
};

/** The official schema, as the CycloneDX library brings it. */
function createCycloneDxCheck(): (json: string) => void {
  const entry = createRequire(import.meta.url).resolve('@cyclonedx/cyclonedx-library/package.json');
  const load = (file: string): object => {
    const schema: unknown = JSON.parse(readFileSync(join(dirname(entry), 'res/schema', file), 'utf8'));
    assert.ok(typeof schema === 'object' && schema !== null);
    return schema;
  };
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormatsModule.default(ajv);
  ajv.addFormat('iri-reference', /^[^\s<>{}|^`\\]*$/);
  ajv.addFormat('idn-email', /@/);
  for (const file of ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'])
    ajv.addSchema(load(file), `http://cyclonedx.org/schema/${file}`);
  const validate = ajv.compile(load('bom-1.6.SNAPSHOT.schema.json'));
  return (json) => {
    assert.ok(validate(JSON.parse(json)), ajv.errorsText(validate.errors));
  };
}

suite('CycloneDX', () => {
  const check = createCycloneDxCheck();

  test('documents are valid against the official schema', () => {
    check(renderCycloneDx(SUBJECT));
    check(renderCycloneDx(EMPTY));
    assert.throws(() => check(renderCycloneDx(EMPTY).replace('"container"', '"contraption"')));
  });

  test('a package is told with purl, licence, source and every file that told of it', () => {
    const document = JSON.parse(renderCycloneDx(SUBJECT));
    const find = (name: string) =>
      document.components.find((component: { name: string }) => component.name === name);

    assert.equal(document.components.length, 6);
    assert.equal(find('thing').group, 'org.example');
    assert.equal(find('left-pad').group, '@scope');
    assert.deepEqual(find('left-pad').evidence.occurrences, [
      { location: '/a/node_modules/@scope/left-pad/package.json' },
      { location: '/b/node_modules/@scope/left-pad/package.json' },
    ]);
    assert.deepEqual(find('left-pad').licenses, [{ license: { id: 'MIT', acknowledgement: 'declared' } }]);
    assert.equal(find('one').licenses[0].expression, '(MIT OR ISC)');
    assert.equal(find('bash').purl, 'pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12');
    assert.equal(find('debian').type, 'operating-system');
    assert.equal(document.metadata.timestamp, '2026-01-02T03:04:05.000Z');
  });

  test('an inconclusive inventory is an incomplete composition', () => {
    assert.deepEqual(JSON.parse(renderCycloneDx(SUBJECT)).compositions, [
      { aggregate: 'incomplete', assemblies: ['image'] },
    ]);
    assert.equal(JSON.parse(renderCycloneDx(EMPTY)).compositions, undefined);
  });
});

suite('SPDX', () => {
  test('every relation leads to an element, and every word for a licence is explained', () => {
    const document = JSON.parse(renderSpdx(SUBJECT));
    const ids = new Set([
      document.SPDXID,
      ...document.packages.map(({ SPDXID }: { SPDXID: string }) => SPDXID),
    ]);

    assert.equal(ids.size, document.packages.length + 1, 'an id comes twice');
    for (const id of ids) assert.match(id, /^SPDXRef-[A-Za-z0-9.-]+$/);
    for (const { spdxElementId, relatedSpdxElement } of document.relationships)
      assert.ok(ids.has(spdxElementId) && ids.has(relatedSpdxElement));
    const declared = document.packages.find(({ name }: { name: string }) => name === 'many').licenseDeclared;
    const explained = document.hasExtractedLicensingInfos.map(
      ({ licenseId }: { licenseId: string }) => licenseId,
    );
    assert.match(declared, /^\(MIT OR ISC\) AND (LicenseRef-\w+) AND Apache-2\.0 AND (LicenseRef-\w+)$/);
    assert.deepEqual(declared.match(/LicenseRef-\w+/g), explained);
  });

  test('the demanded fields are there', () => {
    for (const subject of [SUBJECT, EMPTY]) {
      const document = JSON.parse(renderSpdx(subject));

      for (const field of [
        'spdxVersion',
        'dataLicense',
        'SPDXID',
        'name',
        'documentNamespace',
        'creationInfo',
      ])
        assert.ok(document[field], field);
      assert.match(document.creationInfo.created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
      for (const each of document.packages) assert.ok(each.SPDXID && each.name && each.downloadLocation);
    }
  });
});

for (const render of [renderCycloneDx, renderSpdx])
  suite(render.name, () => {
    test('gives the same bytes for the same image, and others for another', () => {
      assert.equal(render(SUBJECT), render(structuredClone(SUBJECT)));
      const idOf = (json: string) => /urn:uuid:[0-9a-f-]{36}/.exec(json)?.[0];
      const other = render({ ...SUBJECT, build: { image: `sha256:${'b'.repeat(64)}` } });
      assert.match(
        idOf(other) ?? '',
        /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      assert.notEqual(idOf(other), idOf(render(SUBJECT)));
    });

    test('without an inventory there is nothing to write', () => {
      assert.throws(
        () => render({ ...SUBJECT, inventory: null }),
        (error) => isDrydockError(error, 'invariant-broken'),
      );
    });
  });
