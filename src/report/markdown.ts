import { printable } from '../core/printable.ts';
import type { ItemDocument, ItemGroup } from './items.ts';

/** Markdown, for a comment or a job summary. */
export function renderMarkdown({ title, groups }: ItemDocument): string {
  return `# ${cell(title)}\n\n${groups.map(renderGroup).join('\n')}`;
}

function renderGroup({ path, headline, items, notes }: ItemGroup): string {
  const rows = items.map(
    ({ span, severity, rule, message, mend }) =>
      `| ${span?.start.line ?? ''} | ${severity} | ${cell(rule)} | ${cell(message)} | ${cell(mend)} |\n`,
  );
  const table =
    rows.length === 0
      ? 'Nothing found.\n'
      : `| line | severity | rule | what | how to mend it |\n|---:|---|---|---|---|\n${rows.join('')}`;
  const remarks = notes.map((note) => `- ${cell(note)}\n`).join('');
  return `## ${cell(path)}${headline === '' ? '' : ` – ${cell(headline)}`}\n\n${table}${remarks === '' ? '' : `\n${remarks}`}`;
}

/** Untrusted text as the text of a cell: no markup, no HTML, no mention, no new cell. */
function cell(text: string): string {
  return printable(text).replaceAll(
    /[\\`*_{}[\]<>()#!|~&@]/g,
    (character) => `&#${character.charCodeAt(0)};`,
  );
}
