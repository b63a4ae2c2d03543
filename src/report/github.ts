import type { FindingSeverity } from '../core/finding.ts';
import { printable } from '../core/printable.ts';
import type { ItemDocument } from './items.ts';

const COMMANDS = { info: 'notice', warning: 'warning', error: 'error' } as const satisfies Record<
  FindingSeverity,
  string
>;

/** Annotations of GitHub Actions, a line each; untrusted text can't become a command. Source: GitHub, "Workflow commands". */
export function renderGithub({ groups }: ItemDocument): string {
  const lines = groups.flatMap(({ path, items }) =>
    items.map(({ severity, span, rule, name, message }) => {
      const place =
        span === null
          ? ''
          : `,line=${span.start.line},endLine=${span.end.line},col=${span.start.column},endColumn=${span.end.column}`;
      return `::${COMMANDS[severity]} file=${property(path)}${place},title=${property(`${rule} ${name}`)}::${data(message)}\n`;
    }),
  );
  return lines.join('');
}

function data(text: string): string {
  return printable(text).replaceAll('%', '%25');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
