import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renderApiPage } from './docs/api-page.ts';
import { renderConfigPage } from './docs/config-page.ts';
import { renderErrorsPage } from './docs/errors-page.ts';
import { renderRulesPage } from './docs/rules-page.ts';

/** A page under docs/ that is made from the code, so that it cannot say something else. */
interface Page {
  readonly path: string;
  readonly render: () => string | Promise<string>;
}

export const PAGES: readonly Page[] = [
  { path: 'docs/api.md', render: renderApiPage },
  { path: 'docs/config.md', render: renderConfigPage },
  { path: 'docs/errors.md', render: renderErrorsPage },
  { path: 'docs/rules.md', render: renderRulesPage },
];

/** Writes the pages that differ; returns their paths. */
async function generate(root: string): Promise<readonly string[]> {
  const changed: string[] = [];
  for (const { path, render } of PAGES) {
    const text = await render();
    if (text === (await readFile(join(root, path), 'utf8').catch(() => null))) continue;
    await writeFile(join(root, path), text);
    changed.push(path);
  }
  return changed;
}

if (import.meta.main)
  for (const path of await generate(join(import.meta.dirname, '..'))) console.log(`wrote ${path}`);
