import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { Example } from '../rule.ts';
import { scanText } from '../scan-text.ts';
import { SECRET_RULES } from './index.ts';

const files = (await readdir(import.meta.dirname)).filter((name) => !/^index|\.test\.ts$/.test(name));

function scan(example: Example): readonly string[] {
  const { at, text } = typeof example === 'string' ? { at: '/app/file', text: example } : example;
  return scanText(text, at, SECRET_RULES).map(({ secret }) => secret.rule);
}

function show(example: Example): string {
  return (typeof example === 'string' ? example : `${example.at}: ${example.text}`)
    .replaceAll('\n', '⏎')
    .slice(0, 60);
}

test('every rule file is registered once, under its own name', () => {
  assert.deepEqual(SECRET_RULES.map(({ id }) => `${id}.ts`).sort(), files.sort());
});

test('every pattern is global and names what is masked', () => {
  for (const { pattern } of SECRET_RULES) assert.match(`${pattern}`, /\(\?<secret>.*\/g/);
});

for (const rule of SECRET_RULES)
  suite(rule.id, () => {
    for (const bad of rule.bad) test(`finds ${show(bad)}`, () => assert.deepEqual(scan(bad), [rule.id]));
    for (const good of rule.good) test(`lets be ${show(good)}`, () => assert.deepEqual(scan(good), []));
  });

test('the rules’ own sources hold no secret: other scanners read them too', async () => {
  for (const name of files) {
    const text = await readFile(join(import.meta.dirname, name), 'utf8');
    assert.deepEqual(scan({ at: `/app/${name}`, text }), [], name);
  }
});

test('a megabyte made to confuse each pattern is read in bounded time', () => {
  for (const rule of SECRET_RULES) {
    const [bad] = rule.bad;
    const { at, text } = typeof bad === 'string' ? { at: '/app/file', text: bad } : bad;
    for (const piece of [text.slice(0, -1), text.slice(0, 12), rule.keywords[0] ?? '', 'a'.repeat(50)]) {
      const hostile = (piece === '' ? 'x' : piece).repeat(Math.ceil(1_000_000 / Math.max(1, piece.length)));
      const started = performance.now();
      scanText(`${rule.keywords[0]}${hostile.slice(0, 1_000_000)}`, at, [rule]);
      const tookMs = performance.now() - started;
      assert.ok(tookMs < 2000, `${rule.id} took ${tookMs} ms on ${show(piece)}`);
    }
  }
});
