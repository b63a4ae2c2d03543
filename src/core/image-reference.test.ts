import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDrydockError } from './errors.ts';
import { canonicalImageName, formatImageReference, parseImageReference } from './image-reference.ts';

const digest = `sha256:${'a'.repeat(64)}`;

for (const [text, canonical] of [
  ['debian', 'docker.io/library/debian:latest'],
  ['ubuntu:24.04', 'docker.io/library/ubuntu:24.04'],
  ['grafana/grafana:11.2', 'docker.io/grafana/grafana:11.2'],
  ['localhost:5000/a/b__c:1', 'localhost:5000/a/b__c:1'],
  [`ghcr.io/x/y@${digest}`, `ghcr.io/x/y@${digest}`],
  [`debian:12@${digest}`, `docker.io/library/debian@${digest}`],
] as const)
  test(`${text} is ${canonical} and is written as it was read`, () => {
    const reference = parseImageReference(text);

    assert.equal(canonicalImageName(reference), canonical);
    assert.equal(formatImageReference(reference), text);
  });

for (const text of [
  '',
  'Debian',
  'oci-archive:/etc/passwd',
  'docker-daemon:x',
  'a@sha256:../../x',
  'a//b',
  'a:b:c',
  '-x',
  'a b',
  'a@b@c',
  '../x',
  `x@sha256:${'a'.repeat(63)}`,
])
  test(`${JSON.stringify(text)} is refused`, () => {
    assert.throws(
      () => parseImageReference(text),
      (error) => isDrydockError(error, 'input-invalid'),
    );
  });
