import { lowerHeredocs } from './lower-heredocs.ts';
import type { Dockerfile, Flag, Instruction, InstructionOf, Pair, Stage } from './model.ts';
import { createScopes, type Scopes } from './scopes.ts';

export interface RenderOptions {
  /** What FROM shall say for a stage; null leaves the name as it is: an earlier stage, `scratch`. */
  readonly from: (stage: Stage) => string | null;
  /**
   * `lower` (the default) writes a RUN with heredocs as the exec form that does the same, and drops `--link` and
   * `--platform`, so that builders without them understand the text. `keep` writes them as they are.
   */
  readonly heredocs?: 'lower' | 'keep';
}

/**
 * The file in our own words, written from the tree: one line an instruction, no comments, no directives, keywords in
 * capitals, stages named by number. This is what is built; the submitted bytes never are. Only a file without
 * refusals (`findRefusals`) renders to something that means the same.
 */
export function renderCanonical(dockerfile: Dockerfile, options: RenderOptions): string {
  const context: Context = { options, scopes: createScopes(dockerfile), dockerfile };
  const lines: string[] = dockerfile.escape === '`' ? ['# escape=`'] : [];
  for (const arg of dockerfile.globalArgs) lines.push(...renderArgs(arg));
  for (const stage of dockerfile.stages) {
    if (stage.from !== null) lines.push(renderFrom(stage, context));
    for (const instruction of stage.instructions) lines.push(...renderInstruction(instruction, context));
  }
  return `${lines.join('\n')}\n`;
}

interface Context {
  readonly options: RenderOptions;
  readonly scopes: Scopes;
  readonly dockerfile: Dockerfile;
}

/** What a stage is called in the rendering. The submitted names may repeat or look like numbers. */
export function canonicalStageName({ index }: Pick<Stage, 'index'>): string {
  return `stage-${index}`;
}

function renderFrom(stage: Stage, { options, scopes }: Context): string {
  const { from } = stage;
  const parent = scopes.parentOf(stage);
  const named = parent === null ? from && scopes.imageOf(from)?.text : canonicalStageName(parent);
  const platform = from?.flags.find(({ name }) => name === 'platform');
  const flag =
    options.heredocs === 'keep' && platform !== undefined ? `--platform=${platform.value ?? ''} ` : '';
  return `FROM ${flag}${options.from(stage) ?? named ?? 'scratch'} AS ${canonicalStageName(stage)}`;
}

function renderInstruction(instruction: Instruction, context: Context): readonly string[] {
  if (instruction.kind === 'arg') return renderArgs(instruction);
  const lowered = context.options.heredocs === 'keep' ? null : lower(instruction, context.scopes);
  if (lowered !== null) return [`RUN ${JSON.stringify(lowered)}`];
  if (instruction.kind === 'onbuild')
    return instruction.inner === null
      ? []
      : renderInstruction(instruction.inner, context).map((line) => `ONBUILD ${line}`);
  const flags = instruction.flags.flatMap((flag) => renderFlag(flag, instruction, context));
  const line = [instruction.keyword.toUpperCase(), ...flags, renderBody(instruction)].join(' ');
  const bodies = instruction.heredocs.map(({ name, body }) => `\n${body.text}${name}`);
  return [`${line}${bodies.join('')}`];
}

/** The exec form of a RUN with heredocs; null when there is nothing to lower. */
function lower(instruction: Instruction, scopes: Scopes): readonly string[] | null {
  if (instruction.kind !== 'run' || instruction.heredocs.length === 0) return null;
  const lowered = lowerHeredocs(instruction, scopes.at(instruction).shell);
  return lowered.kind === 'exec' ? lowered.args : null;
}

function renderFlag(
  { name, value }: Flag,
  instruction: Instruction,
  { options, scopes }: Context,
): readonly string[] {
  if (name === 'link' && options.heredocs !== 'keep') return [];
  if (value === null) return [`--${name}`];
  const user = scopes.stageOf(instruction);
  const stage = name === 'from' && user !== null ? scopes.findStage(value, user) : null;
  return [`--${name}=${stage === null ? value : canonicalStageName(stage)}`];
}

function renderBody(instruction: Instruction): string {
  if (instruction.kind === 'healthcheck') return renderHealthcheck(instruction);
  if (instruction.kind === 'env' || instruction.kind === 'label') return renderPairs(instruction);
  if (instruction.form === 'exec') return JSON.stringify(instruction.args.map(({ value }) => value));
  switch (instruction.kind) {
    case 'copy':
    case 'add':
    case 'expose':
    case 'volume':
      return instruction.args.map(({ text }) => text).join(' ');
    default:
      return instruction.body.text;
  }
}

function renderHealthcheck({ test, form, args, command }: InstructionOf<'healthcheck'>): string {
  if (test !== 'cmd') return 'NONE';
  return `CMD ${form === 'exec' ? JSON.stringify(args.map(({ value }) => value)) : command.text}`;
}

function renderPairs({ pairs, isLegacy, body }: InstructionOf<'env' | 'label'>): string {
  return isLegacy ? body.text : pairs.map(renderPair).join(' ');
}

/** One line each: older builders take one variable an ARG. */
function renderArgs({ pairs }: InstructionOf<'arg'>): readonly string[] {
  return pairs.map((pair) => `ARG ${renderPair(pair)}`);
}

function renderPair({ key, rawValue }: Pair): string {
  const name = /^[\w./-]+$/.test(key) ? key : `"${key.replaceAll(/["\\$]/g, '\\$&')}"`;
  return rawValue === null ? name : `${name}=${rawValue}`;
}
