import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDrydockError } from '../../core/errors.ts';
import { baseNameOf, baseTag } from './base-name.ts';

test('a canonical name becomes a tag that Docker takes', () => {
  assert.equal(
    baseTag('docker.io/library/debian:bookworm-slim'),
    'drydock-base/docker_2eio/library/debian_3abookworm_2dslim:latest',
  );
});

test('a tag gives back the name it was made of', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9][a-zA-Z0-9._:@/-]{0,60}$/), (name) => {
      assert.equal(baseNameOf(baseTag(name)), name);
    }),
  );
});

test('a tag of somebody else is none of ours', () => {
  assert.equal(baseNameOf('debian:12'), undefined);
  assert.equal(baseNameOf('drydock-base/x:other'), undefined);
});

test('a name that Docker could not hold is refused', () => {
  for (const name of ['', 'a b', 'ä', 'x\n', 'a/'.repeat(200)])
    assert.throws(
      () => baseTag(name),
      (error) => isDrydockError(error, 'input-invalid'),
    );
});
