import type { CollectedFile, ImageConfig, ImageFiles } from '../../core/ports.ts';
import { printable } from '../../core/printable.ts';
import type { Secret } from '../../core/vulnerability.ts';
import { SECRET_RULES } from './rules/index.ts';
import { type FoundSecret, scanText } from './scan-text.ts';
import { isPackageData, LIKELY_SECRET_FILES } from './wanted-files.ts';

/** More are counted, not listed. */
const MAX_SECRETS = 500;
/** A longer text of the configuration is cut: none that is meant to be read comes near it. */
const MAX_CONFIG_CHARACTERS = 256 * 1024;
const MAX_UNREADABLE_NAMED = 5;

export interface SecretsOfImage {
  /** Sorted by location. The values are gone: only masks are left. */
  readonly secrets: readonly Secret[];
  /** What was looked at, and what was not. */
  readonly notes: readonly string[];
}

/**
 * Keys, tokens and passwords in a hostile image: in files that are likely to hold them, in the environment, the
 * labels, the command and the history (`history:1` is the oldest). Bounded in time and memory by the sizes of what it
 * reads. A secret that the environment and the history both show is told once.
 */
export async function findSecrets(image: {
  readonly files: ImageFiles;
  readonly config: ImageConfig;
}): Promise<SecretsOfImage> {
  const inConfig = scanConfig(image.config);
  const inFiles = await scanFiles(image.files);
  const all = [...inConfig, ...inFiles.secrets].sort(
    (a, b) => compare(a.location, b.location) || (a.line ?? 0) - (b.line ?? 0) || compare(a.rule, b.rule),
  );
  const more = all.length - MAX_SECRETS;
  return {
    secrets: all.slice(0, MAX_SECRETS),
    notes: [...inFiles.notes, ...(more > 0 ? [`${more} more secrets were found and are not listed.`] : [])],
  };
}

function scanConfig(config: ImageConfig): readonly Secret[] {
  const scan = (text: string, location: string): readonly FoundSecret[] =>
    scanText(text.slice(0, MAX_CONFIG_CHARACTERS), location.slice(0, 200), SECRET_RULES);
  const found = [
    ...config.env.flatMap((variable) => scan(variable, `env:${variable.split('=')[0]}`)),
    ...Object.entries(config.labels).flatMap(([name, value]) => scan(`${name}=${value}`, `label:${name}`)),
    ...scan(config.entrypoint.join(' '), 'config:entrypoint'),
    ...scan(config.cmd.join(' '), 'config:cmd'),
  ];
  const known = new Set(found.map(({ value }) => value));
  const inHistory = config.history
    .flatMap(({ createdBy }, index) => scan(createdBy, `history:${index + 1}`))
    .filter(({ value }) => !known.has(value));
  return [...found, ...inHistory].map(({ secret }) => secret);
}

async function scanFiles(files: ImageFiles): Promise<SecretsOfImage> {
  const secrets: Secret[] = [];
  const unreadable: string[] = [];
  const count = { read: 0, large: 0, packageData: 0 };
  for await (const file of files.collect(LIKELY_SECRET_FILES)) {
    if (file.kind === 'unreadable') unreadable.push(`${printable(file.path)}: ${printable(file.why)}`);
    else if (isPackageData(file.path)) count.packageData += 1;
    else if (file.content === null) count.large += 1;
    else {
      count.read += 1;
      if (secrets.length < 2 * MAX_SECRETS) secrets.push(...scanFile(file));
    }
  }
  return { secrets, notes: describeReading(count, unreadable) };
}

function describeReading(
  count: { readonly read: number; readonly large: number; readonly packageData: number },
  unreadable: readonly string[],
): readonly string[] {
  const { maxFileBytes } = LIKELY_SECRET_FILES;
  const named = `${unreadable.slice(0, MAX_UNREADABLE_NAMED).join('; ')}${unreadable.length > MAX_UNREADABLE_NAMED ? ' …' : ''}`;
  const notes = [
    `Secrets were looked for in ${count.read} files that are likely to hold them, and in the image’s configuration and history; not in program sources, binaries and archives.`,
  ];
  if (count.large > 0)
    notes.push(`${count.large} of those files are larger than ${maxFileBytes} bytes and were not read.`);
  if (count.packageData > 0)
    notes.push(`${count.packageData} files are tests or manuals of packages and were left out.`);
  if (unreadable.length > 0)
    notes.push(`${unreadable.length} files or folders could not be read for secrets: ${named}`);
  return notes;
}

function scanFile({ path, content }: Extract<CollectedFile, { kind: 'file' }>): readonly Secret[] {
  if (content === null || content.subarray(0, 8192).includes(0)) return [];
  const text = Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
  return scanText(text, path, SECRET_RULES).map(({ secret }) => secret);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
