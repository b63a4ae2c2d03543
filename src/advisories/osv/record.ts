import type { VulnerabilitySeverity } from '../../core/vulnerability.ts';
import { listOf, objectOf, parseJson, textOf, textsOf } from '../untrusted-json.ts';
import { severityOf } from './severity.ts';

/** What is used of one record of OSV, in its own words. Source: https://ossf.github.io/osv-schema/. */
export interface OsvRecord {
  readonly id: string;
  /** Other names of the same. */
  readonly aliases: readonly string[];
  /** What it is made of, e.g. the CVEs that a DSA mends. */
  readonly upstream: readonly string[];
  readonly isWithdrawn: boolean;
  readonly summary: string;
  readonly severity: VulnerabilitySeverity;
  /** ISO 8601, or '' when it gives none. */
  readonly modified: string;
  readonly affected: readonly OsvAffected[];
}

export interface OsvAffected {
  readonly ecosystem: string;
  readonly name: string;
  /** Without those of type GIT: they are about commits. */
  readonly ranges: readonly OsvRange[];
  readonly versions: readonly string[];
}

export interface OsvRange {
  readonly type: 'SEMVER' | 'ECOSYSTEM';
  readonly events: readonly OsvEvent[];
}

/** What happens at a version: the fault comes in, or is mended, or is there for the last time, or the range ends. */
export type OsvEvent = readonly [kind: 'introduced' | 'fixed' | 'last_affected' | 'limit', version: string];

const MAX_AFFECTED = 2000;
const MAX_VERSIONS = 20_000;
const MAX_EVENTS = 2000;
const MAX_ALIASES = 100;
const MAX_UPSTREAM = 1000;
const EVENT_KINDS = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

/** Reads a record from untrusted JSON. Undefined when it is none; what is odd in it is left out; counts are bounded. */
export function parseOsvRecord(text: string): OsvRecord | undefined {
  const record = objectOf(parseJson(text));
  const id = textOf(record['id'], 100);
  if (id === '') return undefined;
  return {
    id,
    aliases: textsOf(record['aliases'], MAX_ALIASES),
    upstream: textsOf(record['upstream'], MAX_UPSTREAM),
    isWithdrawn: textOf(record['withdrawn'], 100) !== '',
    summary: textOf(record['summary'], 300) || firstLine(textOf(record['details'], 300)),
    severity: severityOf(record),
    modified: textOf(record['modified'], 40),
    affected: listOf(record['affected'], MAX_AFFECTED).flatMap(parseAffected),
  };
}

function parseAffected(value: unknown): readonly OsvAffected[] {
  const affected = objectOf(value);
  const { ecosystem, name } = objectOf(affected['package']);
  const named = { ecosystem: textOf(ecosystem, 100), name: textOf(name, 500) };
  if (named.ecosystem === '' || named.name === '') return [];
  const ranges = listOf(affected['ranges'], 500).flatMap(parseRange);
  return [{ ...named, ranges, versions: textsOf(affected['versions'], MAX_VERSIONS) }];
}

function parseRange(value: unknown): readonly OsvRange[] {
  const { type, events } = objectOf(value);
  if (type !== 'SEMVER' && type !== 'ECOSYSTEM') return [];
  const parsed = listOf(events, MAX_EVENTS).flatMap((event): OsvEvent[] => {
    const fields = objectOf(event);
    return EVENT_KINDS.flatMap((kind) => {
      const version = textOf(fields[kind], 300);
      return version === '' ? [] : [[kind, version] as const];
    });
  });
  return [{ type, events: parsed }];
}

function firstLine(text: string): string {
  return text.trimStart().split('\n')[0] ?? '';
}
