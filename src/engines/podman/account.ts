import { readFile } from 'node:fs/promises';
import { DrydockError } from '../../core/errors.ts';

/** The account that is root inside cells and nobody outside of them. */
export interface EngineAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account that engines run under: `name` when this process is root, else the user of this process. It needs a
 * range of at least 65,536 subordinate ids in /etc/subuid and /etc/subgid. Throws `engine-unavailable`.
 */
export async function findEngineAccount(name: string): Promise<EngineAccount> {
  const uid = process.getuid?.();
  if (uid === undefined) throw unavailable('Podman cells need Linux.');
  const users = await readFile('/etc/passwd', 'utf8');
  const account = users
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => (uid === 0 ? fields[0] === name : fields[2] === String(uid)));
  const found = { name: account?.[0] ?? '', uid: Number(account?.[2]), gid: Number(account?.[3]) };
  if (account === undefined)
    throw unavailable(`The system user ${uid === 0 ? name : uid} was expected in /etc/passwd.`);
  if (found.uid === 0) throw unavailable(`The engine account ${name} must not be root.`);
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (!hasRange(text, found))
      throw unavailable(`A range of 65536 ids for ${found.name} was expected in ${file}, and there is none.`);
  }
  return found;
}

function hasRange(text: string, { name, uid }: EngineAccount): boolean {
  return text
    .split('\n')
    .map((line) => line.split(':'))
    .some(([owner, , count]) => (owner === name || owner === String(uid)) && Number(count) >= 65_536);
}

function unavailable(what: string): DrydockError {
  return new DrydockError(
    'engine-unavailable',
    `${what} Run script/bootstrap; \`drydock doctor\` shows what is missing.`,
  );
}
