import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDrydockError } from '../core/errors.ts';
import { readConfig } from './config.ts';
import { SETTINGS } from './settings.ts';

test('without any variable every setting has its default', () => {
  const config = readConfig({});

  assert.equal(config.port, 5000);
  assert.equal(config.host, '127.0.0.1');
  assert.equal(config.databaseUrl, null);
  assert.match(config.engineDir ?? '', /^\/.*drydock\/engine$/);
});

test('variables are read, and flags of a command win over them', () => {
  const config = readConfig(
    { DRYDOCK_PORT: '0', DRYDOCK_OFFLINE: 'yes', DRYDOCK_ENGINE: 'docker' },
    { engine: 'podman' },
  );

  assert.equal(config.port, 0);
  assert.equal(config.isOffline, true);
  assert.equal(config.engine, 'podman');
});

test('every fault is named at once, with what was expected, and a secret is never shown', () => {
  assert.throws(
    () =>
      readConfig({
        DRYDOCK_PORT: '70000',
        DRYDOCK_ENGINE: 'lxc',
        DRYDOCK_OFFLINE: 'maybe',
        DATABASE_URL: 'hunter2\0',
      }),
    (error) =>
      isDrydockError(error, 'config-invalid') &&
      /DRYDOCK_PORT: a whole number from 0 to 65535 was expected, got "70000"/.test(error.message) &&
      /podman, docker/.test(error.message) &&
      /DRYDOCK_OFFLINE/.test(error.message) &&
      !/hunter2/.test(error.message),
  );
});

test('no two settings share a variable', () => {
  const names = Object.values(SETTINGS).map(({ env }) => env);

  assert.equal(new Set(names).size, names.length);
});
