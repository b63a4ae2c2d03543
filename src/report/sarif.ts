import type { Finding, FindingSeverity, Span } from '../core/finding.ts';
import type { AuditDocument, AuditedFile, RuleInfo } from './document.ts';

/** One result of a SARIF run, in the few fields that we use. */
export interface SarifResult {
  readonly ruleId: string;
  readonly level: 'note' | 'warning' | 'error';
  readonly message: { readonly text: string };
  readonly locations?: readonly unknown[];
  readonly fixes?: readonly unknown[];
}

export interface SarifRule {
  readonly id: string;
  readonly name?: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription?: { readonly text: string };
  readonly help?: { readonly text: string };
  readonly properties?: { readonly tags: readonly string[] };
}

const LEVELS = { info: 'note', warning: 'warning', error: 'error' } as const satisfies Record<
  FindingSeverity,
  string
>;

/** One SARIF 2.1.0 log of one run. Source: OASIS sarif-schema-2.1.0. */
export function sarifLog(run: {
  readonly version: string;
  readonly rules: readonly SarifRule[];
  readonly results: readonly SarifResult[];
}): string {
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Drydock', version: run.version, rules: run.rules } },
        columnKind: 'utf16CodeUnits',
        results: run.results,
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** An audit as SARIF, with each rule's help and every fix. */
export function renderAuditSarif(document: AuditDocument): string {
  const used = new Set(document.files.flatMap(({ findings }) => findings.map(({ rule }) => rule)));
  const rules = [...used].sort().map((id) => sarifRule(id, document.rules.get(id)));
  const results = document.files.flatMap((file) =>
    file.findings.map((finding) => sarifResult(file.path, finding)),
  );
  return sarifLog({ version: document.version, rules, results });
}

export function sarifRule(id: string, info: RuleInfo | undefined): SarifRule {
  if (info === undefined) return { id, shortDescription: { text: id } };
  return {
    id,
    name: info.name,
    shortDescription: { text: info.what },
    fullDescription: { text: info.why },
    help: { text: info.fix },
    properties: { tags: info.sources },
  };
}

export function sarifResult(path: AuditedFile['path'], finding: Finding): SarifResult {
  const artifactLocation = { uri: path.split('/').map(encodeURIComponent).join('/') };
  const fix = finding.fix;
  return {
    ruleId: finding.rule,
    level: LEVELS[finding.severity],
    message: { text: finding.message },
    locations: [{ physicalLocation: { artifactLocation, region: region(finding.span) } }],
    ...(fix === undefined
      ? {}
      : {
          fixes: [
            {
              description: {
                text: fix.description ?? (fix.safe ? 'Safe fix' : 'Fix that changes behaviour'),
              },
              artifactChanges: [
                {
                  artifactLocation,
                  replacements: fix.edits.map((edit) => ({
                    deletedRegion: region(edit.span),
                    insertedContent: { text: edit.text },
                  })),
                },
              ],
            },
          ],
        }),
  };
}

function region({ start, end }: Span): object {
  return { startLine: start.line, startColumn: start.column, endLine: end.line, endColumn: end.column };
}
