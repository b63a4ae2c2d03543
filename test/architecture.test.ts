import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';

const ROOT = join(import.meta.dirname, '..');
const SRC = join(ROOT, 'src');

/** Which layers each layer may import. docs/architecture.md says the same in words. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  dockerfile: ['core'],
  audit: ['core', 'dockerfile'],
  image: ['core'],
  inventory: ['core', 'image'],
  advisories: ['core', 'inventory'],
  policy: ['core'],
  engines: ['core'],
  store: ['core'],
  pipeline: ['core', 'dockerfile', 'audit', 'inventory', 'advisories', 'policy'],
  report: ['core'],
  http: ['core', 'dockerfile', 'audit', 'policy', 'report'],
  worker: ['core', 'pipeline'],
  app: [
    'core',
    'dockerfile',
    'audit',
    'image',
    'inventory',
    'advisories',
    'policy',
    'engines',
    'store',
    'pipeline',
    'report',
    'http',
    'worker',
  ],
  cli: ['core', 'dockerfile', 'audit', 'policy', 'report', 'app'],
  web: [],
};

/** Outside modules that have one home. */
const HOMES: readonly { readonly module: RegExp; readonly home: RegExp }[] = [
  { module: /^(node:)?child_process$/, home: /^engines\/(exec|podman\/agent)\.ts$/ },
  { module: /^(pg|pg-boss|@electric-sql\/pglite.*)$/, home: /^store\// },
  { module: /^(fastify|@fastify\/.*)$/, home: /^http\// },
];

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*'([^']+)'/g;
const files = (await Array.fromAsync(glob('**/*.ts', { cwd: SRC }))).sort();

test('there is something to check', () => assert.ok(files.length > 10));

for (const file of files) {
  const isTest = file.endsWith('.test.ts');
  test(`${file} imports only what its layer may`, async () => {
    const text = await readFile(join(SRC, file), 'utf8');
    for (const [, target = ''] of text.matchAll(IMPORT)) {
      if (target.startsWith('.')) assertLayer(file, target, isTest);
      else assertHome(file, target);
    }
    if (!isTest && file !== 'app/config.ts')
      assert.doesNotMatch(text, /process\.env\b/, 'process.env is read only in app/config.ts');
  });
}

function assertLayer(file: string, target: string, isTest: boolean): void {
  if (file === 'app/version.ts' && target === '../../package.json') return;
  const layer = file.split('/')[0] ?? '';
  const allowed = MAY_IMPORT[layer];
  assert.ok(allowed, `${layer} is not a known layer`);
  const other = relative(SRC, join(SRC, dirname(file), target)).split('/')[0] ?? '';
  const isSupport = isTest && other === '..';
  assert.ok(
    isSupport || other === layer || allowed.includes(other),
    `${layer} must not import ${other} (${target})`,
  );
}

function assertHome(file: string, target: string): void {
  for (const { module, home } of HOMES)
    assert.ok(!module.test(target) || home.test(file), `${target} may be imported only in ${home.source}`);
}

test('docs/architecture.md shows the same layers', async () => {
  const text = await readFile(join(ROOT, 'docs/architecture.md'), 'utf8');
  const shown = Object.fromEntries(
    [...text.matchAll(/^\| `(\w+)` \| [^|]+ \| ([^|]+) \|$/gm)].map(([, layer = '', imports = '']) => [
      layer,
      imports.trim() === '–' ? [] : imports.trim().split(', '),
    ]),
  );
  assert.deepEqual(shown, MAY_IMPORT);
});
