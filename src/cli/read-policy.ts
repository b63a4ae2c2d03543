import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DrydockError } from '../core/errors.ts';
import { loadPolicy } from '../policy/load.ts';
import { COMMAND_LINE_POLICY, type Policy } from '../policy/policy.ts';

/** The policy in `file`, else the built-in one of the command line. Throws `file-unreadable`, `policy-invalid`. */
export async function readPolicy(file: string | null, cwd: string): Promise<Policy> {
  if (file === null) return COMMAND_LINE_POLICY;
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: unknown) => {
    throw new DrydockError('file-unreadable', `A policy was expected at ${file}, it can't be read.`, {
      cause: error,
    });
  });
  return loadPolicy(text, COMMAND_LINE_POLICY);
}
