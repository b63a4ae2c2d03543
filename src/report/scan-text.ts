import { printable } from '../core/printable.ts';
import type { ScanResult } from '../core/report.ts';
import {
  VULNERABILITY_SEVERITIES,
  type Vulnerability,
  type VulnerabilitySeverity,
} from '../core/vulnerability.ts';
import type { ScanDocument } from './document.ts';
import type { Paint } from './paint.ts';

const MOST_SHOWN = 30;

/** What is inside and what is known against it, for people. */
export function renderScanText({ target, inventory, scan }: ScanDocument, paint: Paint): string {
  const os = inventory.os === null ? 'no operating system' : (inventory.os.prettyName ?? inventory.os.id);
  const head = `${paint.bold(printable(target))}  ${printable(os)}, ${inventory.packages.length} packages`;
  const inconclusive =
    inventory.status === 'complete'
      ? []
      : [paint.yellow('inconclusive: what is inside could not be read in full')];
  const notes = inventory.notes.map((note) => `  ${paint.yellow('note')}  ${printable(note)}`);
  return `${[head, ...inconclusive, ...notes, renderFound(scan, paint)].filter((line) => line !== '').join('\n')}\n`;
}

/** Vulnerabilities and secrets, worst first, and how old the data is. Says so when nothing was scanned. */
export function renderFound(scan: ScanResult, paint: Paint): string {
  const worstFirst = scan.vulnerabilities.toSorted(
    (a, b) =>
      VULNERABILITY_SEVERITIES.indexOf(b.severity) - VULNERABILITY_SEVERITIES.indexOf(a.severity) ||
      a.packageName.localeCompare(b.packageName),
  );
  const more = worstFirst.length - MOST_SHOWN;
  return [
    ...(scan.status === 'not-scanned'
      ? [paint.yellow('  NOT SCANNED for vulnerabilities: this is no clean result.')]
      : []),
    ...scan.notes.map((note) => `  ${paint.yellow('note')}  ${printable(note)}`),
    ...worstFirst.slice(0, MOST_SHOWN).map((vulnerability) => renderVulnerability(vulnerability, paint)),
    ...(more > 0 ? [`  … and ${more} more (--format json has all)`] : []),
    ...scan.secrets.map(
      ({ title, location, masked, line }) =>
        `  ${paint.red('secret')}    ${printable(title)} in ${printable(location)}${line === undefined ? '' : `:${line}`}  ${paint.dim(printable(masked))}`,
    ),
    ...scan.sources.map(({ name, dataDate, isStale }) =>
      paint.dim(`  compared with ${printable(name)} of ${dataDate.slice(0, 10)}${isStale ? ' (OLD)' : ''}`),
    ),
  ].join('\n');
}

function renderVulnerability(
  { id, severity, packageName, packageVersion, fixedVersion, remedy }: Vulnerability,
  paint: Paint,
): string {
  const fix = fixedVersion === undefined ? 'no fix yet' : `fixed in ${printable(fixedVersion)}`;
  return `  ${paintVulnerability(severity, paint)}  ${paint.bold(printable(id))}  ${printable(packageName)} ${printable(packageVersion)}, ${fix}${remedy === undefined ? '' : paint.dim(`  ${printable(remedy)}`)}`;
}

function paintVulnerability(severity: VulnerabilitySeverity, paint: Paint): string {
  const colour = {
    critical: paint.red,
    high: paint.red,
    medium: paint.yellow,
    low: paint.blue,
    unknown: paint.dim,
  }[severity];
  return colour(severity.padEnd(8));
}
