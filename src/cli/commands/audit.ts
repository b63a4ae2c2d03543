import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createFileAuditor } from '../../app/file-auditor.ts';
import { findFiles } from '../../app/find-files.ts';
import { VERSION } from '../../app/version.ts';
import { DrydockError } from '../../core/errors.ts';
import { FINDING_SEVERITIES, type FindingSeverity, isAtLeast } from '../../core/finding.ts';
import type { AuditedFile } from '../../report/document.ts';
import { renderAudit } from '../../report/formats.ts';
import { diffOfFixes, writeFixes } from '../apply-audit-fixes.ts';
import { type Command, type CommandInput, REPORT_OPTIONS } from '../command.ts';
import { openOutput } from '../output.ts';

export const audit: Command = {
  name: 'audit',
  summary: 'audit Dockerfiles; folders are searched; `-` is standard input',
  usage: 'audit [PATH…]',
  options: {
    enable: {
      type: 'string',
      multiple: true,
      value: 'RULE,…',
      what: 'rules to turn on besides the default ones; `all` is every rule',
    },
    disable: { type: 'string', multiple: true, value: 'RULE,…', what: 'rules to turn off' },
    'fail-on': {
      type: 'string',
      value: 'SEVERITY',
      what: 'the mildest severity that makes the exit status 1: info, warning, error or never (default: info)',
    },
    'no-suppressions': { type: 'boolean', what: 'take no notice of ignore comments in the files' },
    fix: { type: 'boolean', what: 'write the safe fixes into the files' },
    'fix-unsafe': { type: 'boolean', what: 'write the fixes that change behaviour too' },
    diff: { type: 'boolean', what: 'show what the fixes would change, write nothing' },
    ...REPORT_OPTIONS,
  },
  takes: [0, Infinity],
  run: async (input) => {
    const { flags, io, positionals } = input;
    const output = openOutput(flags, io);
    const threshold = failOn(input);
    const auditor = await createFileAuditor({
      enable: flags.list('enable'),
      disable: flags.list('disable'),
      allowSuppressions: !flags.has('no-suppressions'),
    });
    const paths = positionals.length === 0 ? ['.'] : positionals;
    const found: AuditedFile[] = [];
    for (const path of paths.includes('-') ? ['-'] : await findFiles(paths, io.cwd)) {
      found.push(auditor.audit(path, path === '-' ? await readAll(io.stdin) : await readText(path, io.cwd)));
    }
    const fixing = { unsafe: flags.has('fix-unsafe'), auditor };
    if (flags.has('diff')) {
      io.out(found.map((file) => diffOfFixes(file, fixing, io.paint)).join(''));
      return 0;
    }
    const files = flags.has('fix') || fixing.unsafe ? await writeFixes(found, fixing, io) : found;
    await output.write(
      renderAudit({ files, rules: auditor.rules, version: VERSION }, output.format, output.paint),
    );
    const isBad =
      threshold !== null &&
      files.some(({ findings }) => findings.some(({ severity }) => isAtLeast(severity, threshold)));
    return isBad ? 1 : 0;
  },
};

function failOn({ flags }: CommandInput): FindingSeverity | null {
  const text = flags.text('fail-on') ?? 'info';
  if (text === 'never') return null;
  const severity = FINDING_SEVERITIES.find((known) => known === text);
  if (severity !== undefined) return severity;
  throw new DrydockError(
    'usage-invalid',
    `--fail-on info|warning|error|never was expected, got ${JSON.stringify(text)}.`,
  );
}

async function readText(path: string, cwd: string): Promise<string> {
  return readFile(resolve(cwd, path), 'utf8').catch((error: unknown) => {
    throw new DrydockError('file-unreadable', `A Dockerfile was expected at ${path}, it can't be read.`, {
      cause: error,
    });
  });
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
