import { printable } from '../core/printable.ts';
import type { Item, ItemDocument, ItemGroup } from './items.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
  article { border-left: 4px solid; padding: .1rem 1rem; margin: 1rem 0; }
  .error { border-color: #c62828; } .warning { border-color: #ef8f00; } .info { border-color: #1976d2; }
  pre { overflow-x: auto; padding: .6rem; background: color-mix(in srgb, currentColor 8%, transparent); }
  mark { background: #ffb300; color: #000; } small { opacity: .75; }`;

/** One HTML page without scripts or outside resources. Everything untrusted is text. */
export function renderHtml({ title, groups, version }: ItemDocument): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${text(title)}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1"><style>${STYLE}</style></head>
<body><h1>${text(title)}</h1>
${groups.map(renderGroup).join('\n')}
<footer><small>drydock ${text(version)}</small></footer></body></html>
`;
}

function renderGroup(group: ItemGroup): string {
  const lines = group.text?.split('\n') ?? [];
  const articles = group.items.map((item) => renderItem(item, lines)).join('\n');
  const notes = group.notes.map((note) => `<p>${text(note)}</p>`).join('');
  return `<section><h2>${text(group.path)} <small>${text(group.headline)}</small></h2>${articles || '<p>Nothing found.</p>'}${notes}</section>`;
}

function renderItem(
  { rule, name, severity, message, span, why, mend, sources }: Item,
  lines: readonly string[],
): string {
  const place = span === null ? '' : `, line ${span.start.line}`;
  return `<article class="${severity}"><h3>${text(rule)} ${text(name)} <small>${severity}${place}</small></h3>
<p>${text(message)}</p>${span === null ? '' : excerpt(span, lines)}
${why === '' ? '' : `<p><b>Why</b> ${text(why)}</p>`}${mend === '' ? '' : `<p><b>How to mend it</b> ${text(mend)}</p>`}<small>${text(sources.join(', '))}</small></article>`;
}

function excerpt({ start, end }: NonNullable<Item['span']>, lines: readonly string[]): string {
  const line = lines[start.line - 1];
  if (line === undefined) return '';
  const to = end.line === start.line ? end.column - 1 : line.length;
  return `<pre>${text(line.slice(0, start.column - 1))}<mark>${text(line.slice(start.column - 1, to))}</mark>${text(line.slice(to))}</pre>`;
}

function text(untrusted: string): string {
  return printable(untrusted).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
