import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import type { FileAuditor } from '../app/file-auditor.ts';
import { type FixedText, fixUntilStable } from '../audit/fix.ts';
import { DrydockError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import type { AuditedFile } from '../report/document.ts';
import type { Paint } from '../report/paint.ts';
import type { Io } from './command.ts';

/** Which fixes are asked for, and the auditor that says what a text has. */
export interface Fixing {
  readonly unsafe: boolean;
  readonly auditor: FileAuditor;
}

function mend(file: AuditedFile, { unsafe, auditor }: Fixing): FixedText {
  return fixUntilStable(file.text, (text) => auditor.audit(file.path, text).findings, { unsafe });
}

/** What the fixes would change, as a unified diff; empty when nothing. */
export function diffOfFixes(file: AuditedFile, fixing: Fixing, paint: Paint): string {
  const { text } = mend(file, fixing);
  if (text === file.text) return '';
  const patch = createTwoFilesPatch(file.path, file.path, file.text, text, '', '', { context: 3 });
  const colours: Readonly<Record<string, (line: string) => string>> = {
    '+': paint.green,
    '-': paint.red,
    '@': paint.blue,
  };
  const lines = patch.split('\n').filter((line) => !/^(===|Index: )/.test(line));
  return lines.map((line) => (colours[line[0] ?? ''] ?? String)(printable(line))).join('\n');
}

/**
 * Writes the fixes into the files and audits them again: fixes that leave more findings than they found are a fault of
 * ours, and that file stays as it was. Returns the files as they are now.
 */
export async function writeFixes(
  files: readonly AuditedFile[],
  fixing: Fixing,
  io: Io,
): Promise<readonly AuditedFile[]> {
  const after: AuditedFile[] = [];
  for (const file of files) {
    const { text, applied } = mend(file, fixing);
    if (text === file.text || file.path === '-') {
      after.push(file);
      continue;
    }
    const mended = fixing.auditor.audit(file.path, text);
    if (mended.findings.length > file.findings.length) {
      const rules = mended.findings.map(({ rule }) => rule).join(', ');
      throw new DrydockError(
        'invariant-broken',
        `The fixes of ${file.path} would leave more findings than before (${rules}). Nothing was written; please report it.`,
      );
    }
    await writeFile(resolve(io.cwd, file.path), text);
    io.err(`${file.path}: ${applied.length} ${applied.length === 1 ? 'finding' : 'findings'} mended\n`);
    after.push(mended);
  }
  return after;
}
