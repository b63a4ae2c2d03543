import { printable } from '../core/printable.ts';
import type { ItemDocument, ItemGroup } from './items.ts';

/** JUnit XML: a suite for each file, a failing case for each item. Source: the JUnit 10 schema of Jenkins' xunit plugin. */
export function renderJunit({ title, groups }: ItemDocument): string {
  const tests = groups.reduce((sum, { items }) => sum + Math.max(1, items.length), 0);
  const failures = groups.reduce((sum, { items }) => sum + items.length, 0);
  const suites = groups.map(renderSuite).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${xml(title)}" tests="${tests}" failures="${failures}">\n${suites}</testsuites>\n`;
}

function renderSuite({ path, items }: ItemGroup): string {
  const cases =
    items.length === 0
      ? [`    <testcase name="nothing found" classname="${xml(path)}"/>\n`]
      : items.map(({ rule, name, severity, message, span }) => {
          const where = span === null ? path : `${path}:${span.start.line}:${span.start.column}`;
          const failure = `<failure type="${severity}" message="${xml(message)}">${xml(`${where} ${message}`)}</failure>`;
          return `    <testcase name="${xml(`${rule} ${name}`)}" classname="${xml(path)}">\n      ${failure}\n    </testcase>\n`;
        });
  return `  <testsuite name="${xml(path)}" tests="${cases.length}" failures="${items.length}">\n${cases.join('')}  </testsuite>\n`;
}

function xml(text: string): string {
  return printable(text).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
