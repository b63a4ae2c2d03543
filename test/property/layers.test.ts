import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import '../support/fixed-seed.ts';
import { isDrydockError } from '../../src/core/errors.ts';
import { ImageTree } from '../../src/image/image-tree.ts';
import { LayerTree } from '../../src/image/layer-tree.ts';
import type { TarEntry } from '../../src/image/tar/extended-headers.ts';

type Change =
  | { readonly kind: 'file' | 'folder' | 'whiteout'; readonly path: string }
  | { readonly kind: 'opaque'; readonly path: string };

/** Few names, so that they meet. */
const path = fc
  .array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 })
  .map((names) => `/${names.join('/')}`);
const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.constantFrom('file', 'file', 'folder', 'whiteout', 'opaque'),
  path,
});
/** No layer says two things of one path: there, engines differ. */
const layer = fc.uniqueArray(change, { maxLength: 6, selector: (each) => each.path });
const layers = fc.array(layer, { minLength: 1, maxLength: 5 });

function entryOf({ kind, path: full }: Change): TarEntry {
  const slash = full.lastIndexOf('/');
  const named = {
    file: full,
    folder: full,
    whiteout: `${full.slice(0, slash)}/.wh.${full.slice(slash + 1)}`,
    opaque: `${full}/.wh..wh..opq`,
  }[kind];
  return {
    path: named,
    kind: kind === 'folder' ? 'folder' : 'file',
    sizeBytes: 0,
    linkPath: '',
    isSparse: false,
  };
}

const isBelow = (each: string, folder: string): boolean => each.startsWith(`${folder}/`);
const parentsOf = (full: string): string[] =>
  [...full.matchAll(/\//g)].flatMap(({ index }) => (index > 0 ? [full.slice(0, index)] : []));

type Root = Map<string, number | 'folder'>;

/** The slow and plain way: from the lowest layer up, into one table from path to layer (a file) or `folder`. */
function applyPlainly(all: readonly (readonly Change[])[]): Root {
  const root: Root = new Map();
  for (const [layer, changes] of all.entries()) {
    for (const each of changes) hide(root, each);
    for (const each of changes) put(root, each, layer);
  }
  return root;
}

function hide(root: Root, { kind, path: full }: Change): void {
  for (const each of [...root.keys()])
    if (
      (kind === 'whiteout' && each === full) ||
      ((kind === 'whiteout' || kind === 'opaque') && isBelow(each, full))
    )
      root.delete(each);
}

function put(root: Root, { kind, path: full }: Change, layer: number): void {
  // A whiteout stands in its folder, an opaque mark in the folder itself.
  const folders = [...parentsOf(full), ...(kind === 'folder' || kind === 'opaque' ? [full] : [])];
  for (const folder of folders) root.set(folder, 'folder');
  if (kind !== 'file') return;
  for (const each of [...root.keys()]) if (isBelow(each, full)) root.delete(each);
  root.set(full, layer);
}

suite('layers over each other', () => {
  test('make the same root whether they are read from above or put on from below', () => {
    let compared = 0;
    fc.assert(
      fc.property(layers, (all) => {
        const tree = new ImageTree();
        try {
          for (const [layer, changes] of [...all.entries()].reverse()) {
            const own = new LayerTree(layer);
            for (const each of changes) own.add(entryOf(each));
            tree.addBelow(own);
          }
        } catch (error) {
          // A layer that puts a file and a folder at one path contradicts itself.
          assert.ok(isDrydockError(error, 'input-invalid'));
          return;
        }
        compared += 1;
        const made = [...tree.nodes]
          .filter(([each]) => each !== '')
          .map(([each, node]) => [each, node.kind === 'file' ? node.layer : 'folder']);

        assert.deepEqual(Object.fromEntries(made.sort()), Object.fromEntries([...applyPlainly(all)].sort()));
      }),
      { numRuns: 3000 },
    );
    assert.ok(compared > 500, `${compared} were compared`);
  });

  test('never give a path that climbs', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom('..', '.', '', 'a', '.wh.a', '.wh...', 'b'), fc.string()), {
          maxLength: 8,
        }),
        fc.constantFrom('file', 'folder', 'link', 'hard-link'),
        fc.string(),
        (names, kind, linkPath) => {
          const own = new LayerTree(0);
          try {
            own.add({ path: names.join('/'), kind, sizeBytes: 0, linkPath, isSparse: false });
          } catch (error) {
            assert.ok(isDrydockError(error, 'input-invalid'));
          }
          const parts = [...own.nodes.keys()].flatMap((each) => each.split('/').slice(1));
          assert.ok(parts.every((part) => !['', '.', '..'].includes(part)));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
