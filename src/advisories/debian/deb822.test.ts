import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createDeb822Reader, type Paragraph, parseDeb822 } from './deb822.ts';

const WANTED = new Set(['package', 'files']);

test('fields are read by their names in any case, with continuation lines, comments left out', () => {
  const text = '# a comment\nPACKAGE: a\nFiles:\n one\n\ttwo\nOther: x\n y\n\n\nPackage:b\n# tail';
  const paragraphs = parseDeb822(text, WANTED).map((it) => Object.fromEntries(it));

  assert.deepEqual(paragraphs, [{ package: 'a', files: '\none\ntwo' }, { package: 'b' }]);
});

test('how the text is cut into pieces makes no difference', () => {
  const line = fc.constantFrom('Package: a', ' more', '', 'Files:', 'Other: b', '#c', ': x', 'junk');
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.integer({ min: 1, max: 9 }), (lines, size) => {
      const text = lines.join('\n');
      const pieces: Paragraph[] = [];
      const reader = createDeb822Reader(WANTED, (paragraph) => pieces.push(paragraph));
      for (let at = 0; at < text.length; at += size) reader.push(text.slice(at, at + size));
      reader.end();

      assert.deepEqual(pieces, parseDeb822(text, WANTED));
    }),
  );
});

test('a line without end is cut, not kept', () => {
  const [paragraph] = parseDeb822(`Package: ${'x'.repeat(5_000_000)}`, WANTED);

  assert.ok((paragraph?.get('package')?.length ?? 0) <= 256 * 1024);
});
