import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Wants } from '../../core/ports.ts';
import { exec } from '../exec.ts';
import { findDangerInRoot, resolveInside, walkImage } from './image-walk.ts';

const NOTHING: Wants = {
  paths: [],
  folders: [],
  basenames: [],
  suffixes: [],
  maxFileBytes: 1000,
  maxTotalBytes: 10_000,
};

let root = '';

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'drydock-walk-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, content: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

function walk(wants: Partial<Wants>): string[] {
  return Array.from(walkImage({ root, wants: { ...NOTHING, ...wants }, maxBodyBytes: 5000 }), (file) =>
    file.kind === 'file'
      ? `${file.path}=${file.content?.toString() ?? `(${file.sizeBytes})`}`
      : `${file.path}!${file.why}`,
  ).sort();
}

test('links resolve inside the root, however they climb', () => {
  put('etc/os-release', 'inside');
  symlinkSync('/etc', join(root, 'absolute'));
  symlinkSync('../../../../../etc/os-release', join(root, 'climbing'));

  assert.equal(resolveInside(root, '/absolute/os-release'), '/etc/os-release');
  assert.equal(resolveInside(root, '/climbing'), '/etc/os-release');
  assert.equal(resolveInside(root, '/../../etc/os-release'), '/etc/os-release');
  assert.equal(resolveInside(root, '/etc/os-release/below'), undefined);
});

test('a loop of links is told, not followed', () => {
  symlinkSync('b', join(root, 'a'));
  symlinkSync('a', join(root, 'b'));

  assert.match(walk({ paths: ['/a'] }).join(), /^\/a!.*symbolic links/);
});

test('a wanted FIFO is told and never waited for', async () => {
  await exec({
    command: 'mkfifo',
    args: [join(root, 'status')],
    env: { PATH: '/usr/bin:/bin' },
    timeoutMs: 5000,
    maxOutputBytes: 100,
  });

  assert.deepEqual(walk({ basenames: ['status'], paths: ['/status'] }), [
    '/status!it is a FIFO, not a regular file',
  ]);
});

test('reading stops at the total, and that is said', () => {
  put('a/x', 'x'.repeat(600));
  put('b/x', 'x'.repeat(600));

  const files = walk({ basenames: ['x'], maxTotalBytes: 1000 });

  assert.equal(files.length, 2);
  assert.match(files.join(), /\/!the wanted files have more than 1000 bytes together/);
});

test('folders without end are told, and what is above them is still given', () => {
  put('package.json', 'top');
  put(`${'d/'.repeat(300)}package.json`, 'deep');

  const files = walk({ basenames: ['package.json'] });

  assert.ok(files.includes('/package.json=top'));
  assert.ok(files.some((file) => file.includes('deeper than')));
});

test('a name that is not UTF-8 is unreadable, not passed over', () => {
  mkdirSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff])]));

  assert.equal(walk({ basenames: ['x'] }).length, 1);
});

test('the mount points of an engine must be folders or missing', () => {
  assert.equal(findDangerInRoot(root), null);
  symlinkSync('/tmp/x', join(root, 'dev'));
  assert.match(findDangerInRoot(root) ?? '', /\/dev in the image is a symbolic link/);
});

test('a user file that leads to a device or nowhere is a danger', () => {
  mkdirSync(join(root, 'etc'));
  symlinkSync('/dev/zero', join(root, 'etc/passwd'));

  assert.match(findDangerInRoot(root) ?? '', /\/etc\/passwd/);
});

test('a user file behind a link that stays inside is none', () => {
  put('store/passwd', 'root:x:0:0::/:/bin/sh');
  mkdirSync(join(root, 'etc'));
  symlinkSync('/store/passwd', join(root, 'etc/passwd'));

  assert.equal(findDangerInRoot(root), null);
});
