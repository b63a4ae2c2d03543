import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { FileAuditor } from '../app/file-auditor.ts';
import { applyFixes } from '../audit/fix.ts';
import { DrydockError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { AuditedFile } from '../report/document.ts';
import type { Paint } from '../report/paint.ts';
import type { Io } from './command.ts';

/** What the fixes would change, as a unified diff; empty when nothing. */
export function diffOfFixes(file: AuditedFile, fixing: { readonly unsafe: boolean }, paint: Paint): string {
  const { text } = applyFixes(file.text, file.findings, fixing);
  if (text === file.text) return '';
  const patch = createTwoFilesPatch(file.path, file.path, file.text, text, '', '', { context: 3 });
  const colours: Readonly<Record<string, (line: string) => string>> = {
    '+': paint.green,
    '-': paint.red,
    '@': paint.blue,
  };
  const lines = patch.split('\n').filter((line) => !line.startsWith('==='));
  return lines.map((line) => (colours[line[0] ?? ''] ?? String)(printable(line))).join('\n');
}

/**
 * Writes the fixes into the files and audits them again: a fix that would bring a finding that was not there is a
 * fault of ours, and that file stays as it was. Returns the files as they are now.
 */
export async function writeFixes(
  files: readonly AuditedFile[],
  fixing: { readonly unsafe: boolean },
  { auditor, io }: { readonly auditor: FileAuditor; readonly io: Io },
): Promise<readonly AuditedFile[]> {
  const after: AuditedFile[] = [];
  for (const file of files) {
    const { text, applied } = applyFixes(file.text, file.findings, fixing);
    if (text === file.text || file.path === '-') {
      after.push(file);
      continue;
    }
    const fixed = auditor.audit(file.path, text);
    const brought = fixed.findings.filter(
      ({ rule }) => !file.findings.some((before) => before.rule === rule),
    );
    if (brought.length > 0) {
      throw new DrydockError(
        'invariant-broken',
        `The fixes of ${file.path} would bring ${brought.map(({ rule }) => rule).join(', ')}. Nothing was written; please report it.`,
      );
    }
    await writeFile(resolve(io.cwd, file.path), text);
    io.err(`${file.path}: ${applied.length} ${applied.length === 1 ? 'finding' : 'findings'} mended\n`);
    after.push(fixed);
  }
  return after;
}
