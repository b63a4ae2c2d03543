import type { Argument, Instruction, InstructionOf } from './model.ts';
import type { Admission, Refusal } from './refusals.ts';
import { isRemoteSource } from './remote-source.ts';
import type { Scopes } from './scopes.ts';
import { systemPath } from './system-path.ts';

/** A longer chain of relative WORKDIRs is not followed. */
const MAX_WORKDIRS = 32;

/** Paths into the kernel's file systems, and sources that would be fetched. */
export function* refusePaths(instruction: Instruction, { scopes }: Admission): Generator<Refusal> {
  if (instruction.kind === 'add') yield* refuseRemote(instruction, scopes);
  for (const path of pathsOf(instruction)) {
    const { text, unresolved } = scopes.expand(path, instruction);
    const found = systemPath(text, workdirAt(instruction, scopes));
    const keyword = instruction.keyword.toUpperCase();
    if (instruction.kind === 'workdir' && unresolved.length > 0)
      yield {
        code: 'system-path',
        message: `${keyword} holds the variable ${unresolved[0]?.slice(0, 40)}, whose value is not known here. Write the path out, or give its ARG a default.`,
        span: path.span,
      };
    else if (found !== null)
      yield {
        code: 'system-path',
        message: `${keyword} ${JSON.stringify(found.slice(0, 80))} lies in the kernel's /proc, /sys or /dev. Take a folder of your own.`,
        span: path.span,
      };
  }
}

function pathsOf(instruction: Instruction): readonly Argument[] {
  switch (instruction.kind) {
    case 'workdir':
    case 'volume':
      return instruction.args;
    case 'copy':
    case 'add':
      return instruction.destination === null ? [] : [instruction.destination];
    default:
      return [];
  }
}

/** The working directory in front of `instruction` as far as it is known. */
function workdirAt(instruction: Instruction, scopes: Scopes): string {
  let path = '';
  let { workdir } = scopes.at(instruction);
  for (let depth = 0; workdir !== null && depth < MAX_WORKDIRS && !path.startsWith('/'); depth += 1) {
    const [argument] = workdir.args;
    const own = argument === undefined ? '' : scopes.expand(argument, workdir).text;
    path = path === '' ? own : `${own}/${path}`;
    workdir = scopes.at(workdir).workdir;
  }
  return path;
}

function* refuseRemote(add: InstructionOf<'add'>, scopes: Scopes): Generator<Refusal> {
  for (const source of add.sources) {
    const { text, unresolved } = scopes.expand(source, add);
    if (isRemoteSource(text) || unresolved.length > 0)
      yield {
        code: 'remote-source',
        message:
          unresolved.length > 0
            ? `ADD takes a source through the variable ${unresolved[0]?.slice(0, 40)}, whose value is not known here. Write it out.`
            : 'ADD of an address fetches while building. Put the file into the context and use COPY.',
        span: source.span,
      };
  }
}
