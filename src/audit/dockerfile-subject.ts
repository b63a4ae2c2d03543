import type { Dockerfile, Instruction, InstructionKind, InstructionOf } from '../dockerfile/model.ts';
import { createScopes, type Scopes } from '../dockerfile/scopes.ts';
import type { ShellCommand, ShellScript } from '../dockerfile/shell/model.ts';
import { parseShell } from '../dockerfile/shell/parse-shell.ts';
import { isShellName, shellTextOf } from '../dockerfile/shell/shell-text.ts';

/** A command that a RUN runs. */
export interface RunCommand {
  readonly command: ShellCommand;
  readonly run: InstructionOf<'run'>;
}

/** What a Dockerfile rule looks at. Everything is computed once and when first asked for. */
export interface DockerfileSubject {
  readonly dockerfile: Dockerfile;
  /** What is in force where: USER, WORKDIR, SHELL, variables, stages. */
  readonly scopes: Scopes;
  /** The instructions of these kinds in the order of the file, those in ONBUILD included (`isTrigger`). */
  instructions<Kind extends InstructionKind>(...kinds: readonly Kind[]): readonly InstructionOf<Kind>[];
  /** Every simple command of every RUN, exec form and ONBUILD included, wherever it stands in the script. */
  readonly commands: readonly RunCommand[];
  /** The shell script of RUN, CMD, ENTRYPOINT or HEALTHCHECK; null for the exec form and for what is no POSIX shell. */
  scriptOf(instruction: Instruction): ShellScript | null;
  /** What could not be read of shell texts so far, one line each. */
  readonly unchecked: readonly string[];
}

/** Shell texts are read when a rule asks for them. */
export function createDockerfileSubject(dockerfile: Dockerfile): DockerfileSubject {
  const all = dockerfile.instructions.flatMap((instruction): readonly Instruction[] =>
    instruction.kind === 'onbuild' && instruction.inner !== null
      ? [instruction, instruction.inner]
      : [instruction],
  );
  const scopes = createScopes(dockerfile);
  const byKind = new Map<InstructionKind, Instruction[]>();
  for (const instruction of all) {
    const same = byKind.get(instruction.kind);
    if (same === undefined) byKind.set(instruction.kind, [instruction]);
    else same.push(instruction);
  }
  const scripts = createScripts(scopes);
  let commands: readonly RunCommand[] | undefined;

  function instructions<Kind extends InstructionKind>(
    ...kinds: readonly Kind[]
  ): readonly InstructionOf<Kind>[] {
    const isOne = (instruction: Instruction): instruction is InstructionOf<Kind> =>
      kinds.some((kind) => kind === instruction.kind);
    const [only] = kinds;
    return (kinds.length === 1 && only !== undefined ? (byKind.get(only) ?? []) : all).filter(isOne);
  }

  return {
    dockerfile,
    scopes,
    instructions,
    get commands() {
      commands ??= instructions('run').flatMap((run) =>
        scripts.commandsOf(run).map((command) => ({ command, run })),
      );
      return commands;
    },
    scriptOf: scripts.scriptOf,
    unchecked: scripts.unchecked,
  };
}

function createScripts(scopes: Scopes) {
  const known = new Map<Instruction, ShellScript | null>();
  const unchecked: string[] = [];

  const read = (instruction: Instruction): ShellScript | null => {
    const where = `line ${instruction.span.start.line}: the shell text of ${instruction.keyword.toUpperCase()}`;
    const found = shellTextOf(instruction);
    if (found.kind === 'interpreter')
      unchecked.push(`${where} is for ${found.name.slice(0, 40)}, which is not read`);
    if (found.kind !== 'shell') return null;
    const program = shellOf(instruction, scopes);
    if (!isShellName(program)) {
      unchecked.push(`${where} is for ${program.slice(0, 40)}, which is not read`);
      return null;
    }
    const script = parseShell(found.text);
    const [first] = script.unparsed;
    if (first !== undefined)
      unchecked.push(
        `${where} could not be read from line ${first.start.line}, column ${first.start.column} on`,
      );
    return script;
  };

  const scriptOf = (instruction: Instruction): ShellScript | null => {
    const script = known.get(instruction);
    if (script !== undefined) return script;
    const fresh = read(instruction);
    known.set(instruction, fresh);
    return fresh;
  };

  const commandsOf = (run: InstructionOf<'run'>): readonly ShellCommand[] =>
    run.form === 'exec' ? [execCommand(run)] : (scriptOf(run)?.commands ?? []);

  return { scriptOf, commandsOf, unchecked };
}

/** The program that reads the shell form at `instruction`. */
export function shellOf(instruction: Instruction, scopes: Scopes): string {
  const { shell } = scopes.at(instruction);
  return shell?.args[0]?.value ?? '/bin/sh';
}

function execCommand({ args, span }: InstructionOf<'run'>): ShellCommand {
  const [name = null, ...rest] = args.map(({ text, value, span: place }) => ({
    text,
    value,
    isQuoted: true,
    hasExpansion: false,
    span: place,
  }));
  return {
    kind: 'command',
    name,
    args: rest,
    assignments: [],
    redirects: [],
    pipeline: null,
    joinedBy: null,
    depth: 0,
    span,
  };
}
