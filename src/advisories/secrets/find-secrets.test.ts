import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CollectedFile, ImageConfig, ImageFiles } from '../../core/ports.ts';
import { findSecrets } from './find-secrets.ts';
import { mask } from './mask.ts';
import { isPlaceholder } from './placeholder.ts';
import { sample } from './rule.ts';

const CONFIG: ImageConfig = {
  user: '',
  env: ['PATH=/usr/local/bin:/usr/bin'],
  entrypoint: [],
  cmd: ['/bin/sh'],
  workingDir: '/',
  labels: {},
  volumes: [],
  exposedPorts: [],
  stopSignal: '',
  hasHealthcheck: false,
  onBuild: [],
  architecture: 'amd64',
  os: 'linux',
  history: [],
};

function filesOf(entries: readonly (CollectedFile | readonly [path: string, text: string])[]): ImageFiles {
  return {
    collect: async function* () {
      for (const entry of entries) {
        if ('kind' in entry) yield entry;
        else {
          const content = Buffer.from(entry[1]);
          yield { kind: 'file', path: entry[0], sizeBytes: content.length, content };
        }
      }
    },
  };
}

const KEY = `-----BEGIN OPENSSH PRIVATE KEY-----\n${sample(64)}\n`;
const TOKEN = `ghp_${sample(36)}`;

test('an image without secrets has none, and the notes say what was not looked at', async () => {
  const found = await findSecrets({ files: filesOf([['/etc/a.conf', 'x = 1']]), config: CONFIG });

  assert.deepEqual(found.secrets, []);
  assert.match(found.notes.join('\n'), /in 1 files .*not in program sources, binaries and archives/);
});

test('secrets are found in files, environment, labels, command and history, each with its place', async () => {
  const config = {
    ...CONFIG,
    env: ['A=1', 'DB_PASSWORD=correct-horse-9'],
    labels: { note: `use ${TOKEN}` },
    cmd: ['curl', '-H', `PRIVATE-TOKEN: glpat-${sample(20)}`],
    history: [
      { createdBy: '/bin/sh -c #(nop) ADD file', isEmpty: false },
      { createdBy: 'RUN |1 NPM_TOKEN=battery-staple-7 /bin/sh -c npm ci', isEmpty: false },
    ],
  };
  const found = await findSecrets({ files: filesOf([['/root/.ssh/id_x', `\n\n${KEY}`]]), config });

  assert.deepEqual(
    found.secrets.map(({ rule, location, line }) => [rule, location, line]),
    [
      ['private-key', '/root/.ssh/id_x', 3],
      ['gitlab-token', 'config:cmd', undefined],
      ['password-variable', 'env:DB_PASSWORD', undefined],
      ['password-variable', 'history:2', undefined],
      ['github-token', 'label:note', undefined],
    ],
  );
});

test('a secret of the environment that the history repeats is told once', async () => {
  const config = {
    ...CONFIG,
    env: ['DB_PASSWORD=correct-horse-9'],
    history: [{ createdBy: 'ENV DB_PASSWORD=correct-horse-9', isEmpty: true }],
  };

  assert.deepEqual(
    (await findSecrets({ files: filesOf([]), config })).secrets.map(({ location }) => location),
    ['env:DB_PASSWORD'],
  );
});

test('no part of a result holds the value', async () => {
  const config = { ...CONFIG, env: [`T=${TOKEN}`, 'DB_PASSWORD=correct-horse-9'] };
  const text = JSON.stringify(await findSecrets({ files: filesOf([['/k.pem', KEY]]), config }));

  for (const value of [TOKEN, TOKEN.slice(6), 'horse', sample(64)]) assert.ok(!text.includes(value), value);
  assert.ok(text.includes('ghp_****************'));
});

test('tests and manuals of packages are left out, and counted', async () => {
  const files = filesOf([
    ['/usr/share/doc/x/key.pem', KEY],
    ['/usr/lib/python3.11/test/keycert.pem', KEY],
    ['/usr/local/lib/python3.12/site-packages/tornado/test/test.key', KEY],
    ['/app/node_modules/https-thing/test/fixtures/key.pem', KEY],
    ['/app/test/key.pem', KEY],
  ]);
  const found = await findSecrets({ files, config: CONFIG });

  assert.deepEqual(
    found.secrets.map(({ location }) => location),
    ['/app/test/key.pem'],
  );
  assert.match(found.notes.join('\n'), /4 files are tests or manuals of packages/);
});

test('what could not be read, or was too large, is said; binaries are passed over', async () => {
  const files = filesOf([
    { kind: 'unreadable', path: '/root', why: 'permission denied\u001b[2J' },
    { kind: 'file', path: '/big.conf', sizeBytes: 1e9, content: null },
    ['/bin.key', `\0${KEY}`],
  ]);
  const found = await findSecrets({ files, config: CONFIG });

  assert.deepEqual(found.secrets, []);
  assert.match(found.notes.join('\n'), /1 of those files are larger/);
  assert.match(
    found.notes.join('\n'),
    /1 files or folders could not be read for secrets: \/root: permission denied\\x1b/,
  );
});

test('a path that would steer a terminal is shown as text', async () => {
  const found = await findSecrets({ files: filesOf([['/a\u001b[2J\u202e.pem', KEY]]), config: CONFIG });

  assert.equal(found.secrets[0]?.location, '/a\\x1b[2J\\u{202e}.pem');
});

test('an image full of secrets gives a bounded list that says how many more there are', async () => {
  const many = Array.from({ length: 60 }, (_, index): [string, string] => [`/${index}.pem`, KEY.repeat(30)]);
  const found = await findSecrets({ files: filesOf(many), config: CONFIG });

  assert.equal(found.secrets.length, 500);
  assert.match(found.notes.join('\n'), /more secrets were found and are not listed/);
});

test('placeholders are told from passwords', () => {
  const open = ['$', '{X}'].join('');
  for (const text of [
    '',
    'changeme',
    'your-password',
    'my_secret',
    open,
    '$X',
    '{{ .Values.x }}',
    '<token>',
    '%(x)s',
    'xxxxxxxxxx',
    '12345678',
    '********',
    'ENC[AES]',
  ])
    assert.ok(isPlaceholder(text), text);
  for (const text of ['correct-horse-9', 'Passw0rd!', 'hunter2', sample(20)])
    assert.ok(!isPlaceholder(text), text);
});

test('a mask shows a quarter at most, and never how long the secret is', () => {
  assert.equal(mask('AKIA1234567890123456', 4), 'AKIA****************');
  assert.equal(mask('short', 4), 's****************');
  assert.equal(mask('abc', 4), '****************');
});
