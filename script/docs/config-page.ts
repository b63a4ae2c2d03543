import { type Kind, SETTINGS, type Setting } from '../../src/app/settings.ts';

/** docs/config.md: the table of settings for people. */
export function renderConfigPage(): string {
  const rows = Object.values<Setting>(SETTINGS).map(
    ({ env, kind, default: standard, what, isSecret }) =>
      `| \`${env}\` | ${describeKind(kind)} | ${standard === null ? '–' : `\`${String(standard)}\``} | ${what}${isSecret ? ' Never shown.' : ''} |`,
  );
  return `# Settings

Everything is set by environment variables; the flags of a command win over them. A value that can't be used ends with
status 2 and says what was expected, all faults at once.

<!-- Made by script/generate-docs.ts from src/app/settings.ts. -->

| variable | takes | default | what it is |
|---|---|---|---|
${rows.join('\n')}
`;
}

function describeKind(kind: Kind): string {
  switch (kind.type) {
    case 'integer':
      return `${kind.min} to ${kind.max}`;
    case 'choice':
      return kind.of.join(', ');
    case 'flag':
      return '1 or 0';
    default:
      return kind.type;
  }
}
