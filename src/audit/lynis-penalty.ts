import type { Dockerfile, InstructionKind } from '../dockerfile/model.ts';
import type { Scopes } from '../dockerfile/scopes.ts';
import { isRootUser } from './root-user.ts';

/**
 * Lynis's figure for a Dockerfile: a tenth for each of its warnings (tag latest, no maintainer, no ENTRYPOINT, no CMD, no
 * USER, developers' tools, ADD of a URL, chmod 777), and 1 more when the image runs as root. Lower is better.
 * Reckoned from our own reading of the file; Lynis itself is not run.
 * Source: https://github.com/CISOfy/lynis/blob/master/include/helper_audit_dockerfile
 */
export function lynisPenalty(dockerfile: Dockerfile, scopes: Scopes): number {
  const { instructions } = dockerfile;
  const lacks = (kind: InstructionKind) => !instructions.some((instruction) => instruction.kind === kind);
  const texts = (kind: InstructionKind) =>
    instructions.filter((instruction) => instruction.kind === kind).map(({ body }) => body.text);
  const warnings = [
    texts('from').some((text) => text.includes('latest')),
    !/maintainer/i.test(dockerfile.text),
    lacks('entrypoint'),
    lacks('cmd'),
    lacks('user'),
    texts('run').some((text) => / (?:gcc|libc6-dev|make)\b/.test(text)),
    texts('add').some((text) => /^http/.test(text)),
    texts('run').some((text) => text.includes('chmod 777')),
  ].filter(Boolean).length;
  return (warnings + (runsAsRoot(dockerfile, scopes) ? 10 : 0)) / 10;
}

function runsAsRoot(dockerfile: Dockerfile, scopes: Scopes): boolean {
  const last = dockerfile.stages.at(-1);
  const user = last === undefined ? null : scopes.atEnd(last).user;
  return user === null || isRootUser(user.args[0]?.value ?? '');
}
