import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FormatResult } from '../format.ts';
import { ruby } from './ruby.ts';

const read = (text: string): FormatResult => ruby.read({ path: '/x.gemspec', content: Buffer.from(text) });
const RAKE = [
  '# -*- encoding: utf-8 -*-',
  '# stub: rake 13.0.6 ruby lib',
  '',
  'Gem::Specification.new do |s|',
  '  s.name = "rake".freeze',
  '  s.version = "13.0.6"',
  '  s.licenses = ["MIT".freeze, "Ruby"]',
  '  s.add_development_dependency(%q<bundler>.freeze, [">= 0"])',
  'end',
].join('\n');

suite('Ruby', () => {
  test('a gem is given as its specification says', () => {
    assert.deepEqual(read(RAKE), {
      packages: [{ type: 'gem', name: 'rake', version: '13.0.6', licenses: ['MIT', 'Ruby'] }],
      problems: [],
    });
  });

  test('only gems that are installed count', () => {
    const paths = {
      '/usr/local/bundle/specifications/rake-13.0.6.gemspec': true,
      '/usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec': true,
      '/usr/local/bundle/gems/rake-13.0.6/rake.gemspec': false,
      '/app/app.gemspec': false,
    };
    for (const [path, isOwn] of Object.entries(paths)) assert.equal(ruby.owns(path), isOwn, path);
  });

  test('what is no literal is not run but told', () => {
    for (const text of [
      '',
      's.name = `id`',
      '  s.name = NAME\n  s.version = VERSION',
      RAKE.replace('rake".', 'ra\u001bke".'),
    ])
      assert.match(read(text).problems.join(), /which is none$/);
  });

  test('long lines and texts take no long time', { timeout: 10_000 }, () => {
    for (const piece of [' ', 's', 's.name = "', 's.licenses = [', '"a", '])
      assert.deepEqual(read(piece.repeat(2_000_000 / piece.length)).packages, []);
  });
});
