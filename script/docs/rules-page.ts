import { RULES } from '../../src/audit/rules.ts';

/** docs/rules.md: every rule of the auditor for people. */
export function renderRulesPage(): string {
  const rows = RULES.map(
    ({ id, name, severity, what, fix, sources, isEnabledByDefault }) =>
      `| ${id} | ${name}${isEnabledByDefault ? '' : ' (off)'} | ${severity} | ${cell(what)} | ${cell(fix)} | ${cell(sources.join(', '))} |`,
  );
  return `# Rules

Every rule of the auditor, by its code: hadolint's own where hadolint has the rule, so that ignore comments go on working. Rules
marked *(off)* are turned on by \`--enable\`. A finding of severity \`error\` is what the default policy refuses to build.

<!-- Made by script/generate-docs.ts from src/audit/rules. -->

| code | name | severity | what | how to mend it | where it comes from |
|---|---|---|---|---|---|
${rows.join('\n')}
`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
