import { inflateSync } from 'node:zlib';
import { isElf, readElf } from '../binary/elf.ts';
import { isProgramPath, PROGRAM_FOLDERS } from '../binary/program-places.ts';
import { type FormatResult, type FoundPackage, NOTHING_FOUND, type PackageFormat } from '../format.ts';
import { objectFields, parseJson } from '../json-fields.ts';
import { quote } from '../text.ts';

const MAX_JSON_BYTES = 8 * 1024 * 1024;
const MAX_CRATES = 20_000;
/** Source: cargo, restricted names; Semantic Versioning 2.0.0. */
const NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const VERSION = /^\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,100})?$/;

/** Programs that `cargo auditable` compiled, by the list of crates in them. Other Rust programs say nothing. */
export const rust: PackageFormat = {
  name: 'rust',
  wants: { folders: PROGRAM_FOLDERS },
  owns: isProgramPath,
  isSystem: false,
  read: ({ content }) => (isElf(content) ? readProgram(content) : NOTHING_FOUND),
};

function readProgram(content: Uint8Array): FormatResult {
  // A damaged program is told of by the reader of Go's.
  const elf = readElf(content);
  const section = elf?.sections.find(({ name }) => name === '.dep-v0');
  if (elf === null || section === undefined) return NOTHING_FOUND;
  const packed = elf.bytes.subarray(section.offset, section.offset + section.sizeBytes);
  try {
    const json = parseJson(inflateSync(packed, { maxOutputLength: MAX_JSON_BYTES }).toString('utf8'));
    return listCrates(objectFields(json?.value)?.get('packages'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { packages: [], problems: [`its list of crates could not be read: ${why}`] };
  }
}

function listCrates(crates: unknown): FormatResult {
  if (!Array.isArray(crates)) return { packages: [], problems: ['its list of crates is none'] };
  const packages: FoundPackage[] = [];
  const problems: string[] = [];
  for (const crate of crates.slice(0, MAX_CRATES)) {
    const fields = objectFields(crate);
    // Crates that only helped to compile, and those of the builder's own disk.
    if (fields?.get('kind') === 'build' || fields?.get('source') === 'local') continue;
    const name = fields?.get('name');
    const version = fields?.get('version');
    if (typeof name === 'string' && NAME.test(name) && typeof version === 'string' && VERSION.test(version))
      packages.push({ type: 'cargo', name, version });
    else problems.push(`it names the crate ${quote(`${shown(name)} ${shown(version)}`)}, which is none`);
  }
  return { packages, problems };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : `(${typeof value})`;
}
