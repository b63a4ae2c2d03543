/**
 * How long the inventory takes: `node bench/inventory.ts [FOLDER]`.
 * Without a folder: 500 made-up dpkg packages out of memory, which is parsing and purls alone.
 * With one: that root filesystem, walk and all. Prints the median and the worst of 30 runs after 5 to warm up.
 */
import { argv } from 'node:process';
import type { ImageFiles } from '../src/core/ports.ts';
import { createFolderFiles } from '../src/image/folder-files.ts';
import { takeInventory } from '../src/inventory/take-inventory.ts';

const PACKAGES = 500;
const WARM_UP_RUNS = 5;
const RUNS = 30;

function madeUpDebian(): ImageFiles {
  const stanza = (index: number): string =>
    [
      `Package: libsomething${index}++`,
      'Status: install ok installed',
      'Priority: optional',
      'Section: libs',
      'Installed-Size: 1234',
      'Maintainer: Some Maintainers <some@maintainers.example>',
      'Architecture: amd64',
      'Multi-Arch: same',
      `Source: something (1:${index}.2.3-4)`,
      `Version: 1:${index}.2.3-4+deb12u1+b2`,
      `Depends: libc6 (>= 2.34), ${Array.from({ length: 12 }, (_, other) => `libother${other} (>= 1.${other})`).join(', ')}`,
      'Description: something that others need',
      ...Array.from(
        { length: 8 },
        () => ' A line of a description as long as such lines usually are in Debian.',
      ),
      '',
      '',
    ].join('\n');
  const table = {
    '/etc/os-release': 'ID=debian\nVERSION_ID="12"\n',
    '/var/lib/dpkg/status': Array.from({ length: PACKAGES }, (_, index) => stanza(index)).join(''),
  };
  const files = Object.entries(table).map(([path, text]) => ({ path, content: Buffer.from(text) }));
  return {
    async *collect() {
      for (const { path, content } of files) yield { kind: 'file', path, sizeBytes: content.length, content };
    },
  };
}

const folder = argv[2];
const files = folder === undefined ? madeUpDebian() : createFolderFiles(folder);
const timesMs: number[] = [];
let found = '';
for (let run = 0; run < WARM_UP_RUNS + RUNS; run += 1) {
  const start = performance.now();
  const { status, packages } = await takeInventory(files);
  if (run >= WARM_UP_RUNS) timesMs.push(performance.now() - start);
  found = `${packages.length} packages, ${status}`;
}
timesMs.sort((a, b) => a - b);
const at = (share: number): string => (timesMs[Math.floor(share * (timesMs.length - 1))] ?? 0).toFixed(1);
console.log(`${folder ?? 'memory'}: ${found}; median ${at(0.5)} ms, worst ${at(1)} ms of ${RUNS} runs`);
