import type { FindingSeverity, Fix, Span } from '../core/finding.ts';
import type { Item, ItemDocument } from './items.ts';

const LEVELS = { info: 'note', warning: 'warning', error: 'error' } as const satisfies Record<
  FindingSeverity,
  string
>;

/** A SARIF 2.1.0 log of one run, with each rule's help and every fix. Source: OASIS sarif-schema-2.1.0. */
export function renderSarif({ version, groups }: ItemDocument): string {
  const rules = new Map(
    groups.flatMap(({ items }) => items.map((item) => [item.rule, sarifRule(item)] as const)),
  );
  const driver = { name: 'Drydock', version, rules: [...rules.values()] };
  const results = groups.flatMap(({ path, items }) => items.map((item) => sarifResult(path, item)));
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function sarifRule({ rule, name, why, mend, sources }: Item): object {
  return {
    id: rule,
    name,
    shortDescription: { text: name },
    ...(why === '' ? {} : { fullDescription: { text: why } }),
    ...(mend === '' ? {} : { help: { text: mend } }),
    ...(sources.length === 0 ? {} : { properties: { tags: sources } }),
  };
}

function sarifResult(path: string, { rule, severity, message, span, fix }: Item): object {
  const artifactLocation = { uri: path.split('/').map(encodeURIComponent).join('/') };
  const physicalLocation = { artifactLocation, ...(span === null ? {} : { region: region(span) }) };
  return {
    ruleId: rule,
    level: LEVELS[severity],
    message: { text: message },
    locations: [{ physicalLocation }],
    ...(fix === null ? {} : { fixes: [sarifFix(fix, artifactLocation)] }),
  };
}

function sarifFix(fix: Fix, artifactLocation: object): object {
  const replacements = fix.edits.map(({ span, text }) => ({
    deletedRegion: region(span),
    insertedContent: { text },
  }));
  const text = fix.description ?? (fix.safe ? 'Safe: the meaning is kept' : 'Changes behaviour');
  return { description: { text }, artifactChanges: [{ artifactLocation, replacements }] };
}

function region({ start, end }: Span): object {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
