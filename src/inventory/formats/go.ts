import { type Elf, isElf, readElf } from '../binary/elf.ts';
import { isProgramPath, PROGRAM_FOLDERS } from '../binary/program-places.ts';
import { type FormatResult, type FoundPackage, NOTHING_FOUND, type PackageFormat } from '../format.ts';
import { quote } from '../text.ts';

const MAGIC = Buffer.from('\xff Go buildinf:', 'latin1');
const HEADER_BYTES = 32;
/** The linker puts marks of 16 bytes around the module information. */
const MARK_BYTES = 16;
const MAX_TEXT_BYTES = 4 * 1024 * 1024;
const MAX_MODULES = 20_000;

/** Source: golang.org/ref/mod, module paths and versions. */
const MODULE = /^[A-Za-z0-9_~-][A-Za-z0-9._~-]*(?:\/(?!\.\.?(?:\/|$))[A-Za-z0-9._~-]+)*$/;
const VERSION = /^v\d{1,9}\.\d{1,9}\.\d{1,14}(?:[-+][A-Za-z0-9.+-]{1,100})?$/;
const TOOLCHAIN = /^go(\d{1,4}\.\d{1,4}(?:\.\d{1,4})?(?:(?:rc|beta)\d{1,3})?)(?:[ -].*)?$/;

/**
 * Programs that Go compiled, by the build information in them: every module, and the standard library by the version of
 * the toolchain. Source: Go's debug/buildinfo.
 */
export const go: PackageFormat = {
  name: 'go',
  wants: { folders: PROGRAM_FOLDERS },
  owns: isProgramPath,
  isSystem: false,
  read: ({ content }) => (isElf(content) ? readProgram(content) : NOTHING_FOUND),
};

function readProgram(content: Uint8Array): FormatResult {
  const elf = readElf(content);
  if (elf === null)
    return { packages: [], problems: ['it is a program with damaged headers, which was not read'] };
  try {
    const info = readBuildInfo(elf);
    return info === null ? NOTHING_FOUND : listModules(info);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { packages: [], problems: [`its build information could not be read: ${why}`] };
  }
}

interface BuildInfo {
  readonly toolchain: string;
  readonly modules: string;
}

function readBuildInfo(elf: Elf): BuildInfo | null {
  const { bytes } = elf;
  const section = elf.sections.find(({ name }) => name === '.go.buildinfo');
  const start = section?.offset ?? bytes.indexOf(MAGIC);
  if (start < 0 || !bytes.subarray(start, start + MAGIC.length).equals(MAGIC)) return null;
  // Since Go 1.18 the texts follow; before, two pointers to them do.
  const isInline = ((bytes[start + 15] ?? 0) & 2) !== 0;
  const texts = isInline ? inlineTexts(bytes, start + HEADER_BYTES) : pointedTexts(elf, start);
  const [toolchain = '', modules = ''] = texts;
  return { toolchain, modules: modules.slice(MARK_BYTES, -MARK_BYTES) };
}

function inlineTexts(bytes: Buffer, start: number): readonly string[] {
  const first = sized(bytes, start);
  return [first.text, sized(bytes, first.end).text];
}

/** A text after its length as a variable-length number. */
function sized(bytes: Buffer, start: number): { readonly text: string; readonly end: number } {
  let length = 0;
  for (let at = start, factor = 1; at < start + 5; at += 1, factor *= 128) {
    const byte = bytes.readUInt8(at);
    length += (byte & 0x7f) * factor;
    if (byte >= 0x80) continue;
    return { text: textAt(bytes, at + 1, length), end: at + 1 + length };
  }
  throw new Error('a length was expected in its build information');
}

function pointedTexts(elf: Elf, start: number): readonly string[] {
  const { bytes, pointerBytes } = elf;
  const isBigEndian = ((bytes[start + 15] ?? 0) & 1) !== 0;
  const number = (at: number): number => {
    if (pointerBytes === 4) return isBigEndian ? bytes.readUInt32BE(at) : bytes.readUInt32LE(at);
    return Number(isBigEndian ? bytes.readBigUInt64BE(at) : bytes.readBigUInt64LE(at));
  };
  return [0, 1].map((index) => {
    const text = elf.offsetOf(number(start + 16 + index * pointerBytes));
    if (text === null) return '';
    const data = elf.offsetOf(number(text));
    return data === null ? '' : textAt(bytes, data, number(text + pointerBytes));
  });
}

function textAt(bytes: Buffer, start: number, length: number): string {
  if (length > MAX_TEXT_BYTES || start + length > bytes.length)
    throw new Error('build information inside the file was expected');
  return bytes.toString('utf8', start, start + length);
}

function listModules({ toolchain, modules }: BuildInfo): FormatResult {
  const packages: FoundPackage[] = [];
  const problems: string[] = [];
  const version = TOOLCHAIN.exec(toolchain)?.[1];
  if (version !== undefined) packages.push({ type: 'golang', name: 'stdlib', version });
  else problems.push(`it was compiled by ${quote(toolchain)}, which is no released Go`);
  for (const [path, moduleVersion] of moduleLines(modules)) {
    // The program itself, when it was not built as somebody's dependency, and folders on the builder's disk.
    if (moduleVersion === '(devel)' || moduleVersion === '') continue;
    if (MODULE.test(path) && path.length <= 300 && VERSION.test(moduleVersion))
      packages.push(module(path, moduleVersion));
    else problems.push(`it names the module ${quote(`${path} ${moduleVersion}`)}, which is none`);
    if (packages.length + problems.length > MAX_MODULES) break;
  }
  return { packages, problems };
}

/** Path and version of the program's own module and of every dependency, replacements in the place of what they replace. */
function moduleLines(modules: string): readonly (readonly [path: string, version: string])[] {
  const lines: (readonly [string, string])[] = [];
  for (const line of modules.split('\n')) {
    const [kind, path = '', version = ''] = line.split('\t');
    if (kind === 'mod' || kind === 'dep') lines.push([path, version]);
    else if (kind === '=>') lines.splice(-1, 1, [path, version]);
  }
  return lines;
}

function module(path: string, version: string): FoundPackage {
  const slash = path.lastIndexOf('/');
  return { type: 'golang', name: path, version, ...(slash > 0 && { namespace: path.slice(0, slash) }) };
}
