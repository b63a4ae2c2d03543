import { createAuditor } from '../audit/auditor.ts';
import { RULES } from '../audit/rules.ts';
import type { AuditedFile, RuleInfo } from '../report/document.ts';

export interface FileAuditor {
  /** Audits one file's text. Never throws on any text. */
  readonly audit: (path: string, text: string) => AuditedFile;
  readonly rules: ReadonlyMap<string, RuleInfo>;
}

export interface FileAuditorOptions {
  /** Rules besides the default ones; `all` among them is every rule. */
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  readonly allowSuppressions: boolean;
}

/** The auditor as the command line and CI use it. Throws `usage-invalid` for a rule that does not exist. */
export async function createFileAuditor({
  enable,
  disable,
  allowSuppressions,
}: FileAuditorOptions): Promise<FileAuditor> {
  const byDefault = RULES.filter(({ isEnabledByDefault }) => isEnabledByDefault).map(({ id }) => id);
  const auditor = await createAuditor({
    enable: enable.includes('all') ? 'all' : enable.length === 0 ? 'default' : [...byDefault, ...enable],
    disable,
    suppressions: allowSuppressions ? 'honor' : 'ignore',
  });
  return {
    rules: ruleInfos(),
    audit: (path, text) => {
      const { findings, hardening, unchecked } = auditor.auditDockerfile(text);
      return { path, text, findings, hardening, unchecked };
    },
  };
}

/** What every rule says of itself, by id. */
export function ruleInfos(): ReadonlyMap<string, RuleInfo> {
  return new Map(
    RULES.map(({ id, name, severity, what, why, fix, sources }) => [
      id,
      { id, name, severity, what, why, fix, sources },
    ]),
  );
}
