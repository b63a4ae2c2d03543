import { type Expansion, expandVariables, type Lookup } from './expand.ts';
import type { Argument, Dockerfile, Instruction, InstructionOf, Stage } from './model.ts';
import { createVariables, type Variables } from './variables.ts';

/** What is in force at one place, stages that this one stands on included. Null: not set in this file. */
export interface Situation {
  readonly user: InstructionOf<'user'> | null;
  readonly workdir: InstructionOf<'workdir'> | null;
  readonly shell: InstructionOf<'shell'> | null;
}

/** Answers what depends on everything that stands before an instruction. */
export interface Scopes {
  /** In front of `instruction`. The body of an ONBUILD counts as standing where the ONBUILD stands. */
  at(instruction: Instruction): Situation;
  /** At the end of a stage. */
  atEnd(stage: Stage): Situation;
  /** The stage that an instruction belongs to; null for a global ARG. */
  stageOf(instruction: Instruction): Stage | null;
  /** Variables in force in front of `instruction`: ARG with its default, ENV, and ENV of the stages below. */
  lookupAt(instruction: Instruction): Lookup;
  /** A word with the variables that are known in front of `instruction`. */
  expand(argument: Argument, instruction: Instruction): Expansion;
  /** The stage that a name, or a number as in `COPY --from=0`, means inside `user`: one that began earlier. */
  findStage(reference: string, user: Stage): Stage | null;
  /** The stage of this file that `stage` stands on. */
  parentOf(stage: Stage): Stage | null;
  /** The name of the image that FROM takes, with global ARGs expanded. */
  imageOf(from: InstructionOf<'from'>): Expansion | null;
}

const NOTHING: Situation = { user: null, workdir: null, shell: null };
/** A longer chain of FROMs is not followed when a variable is looked up. */
const MAX_PARENTS = 64;

interface Book {
  readonly escapeChar: string;
  readonly order: Map<Instruction, number>;
  readonly stageOf: Map<Instruction, Stage>;
  readonly situations: Map<Instruction, Situation>;
  readonly ends: Map<Stage, Situation>;
  readonly parents: Map<Stage, Stage>;
  readonly byName: Map<string, Stage[]>;
  readonly globals: Variables;
  /** ARG and ENV of a stage, and ENV alone, which stages on top of it inherit. */
  readonly variables: Map<Stage, { readonly all: Variables; readonly env: Variables }>;
}

/** Reads the file once, in linear time; the answers are cheap then. */
export function createScopes(dockerfile: Dockerfile): Scopes {
  const book: Book = {
    escapeChar: dockerfile.escape,
    order: new Map(dockerfile.instructions.map((instruction, index) => [instruction, index])),
    stageOf: new Map(),
    situations: new Map(),
    ends: new Map(),
    parents: new Map(),
    byName: new Map(),
    globals: createVariables(),
    variables: new Map(),
  };
  for (const arg of dockerfile.globalArgs) defineGlobals(book, arg);
  for (const stage of dockerfile.stages) readStage(book, stage);
  return {
    at: (instruction) => book.situations.get(instruction) ?? NOTHING,
    atEnd: (stage) => book.ends.get(stage) ?? NOTHING,
    stageOf: (instruction) => book.stageOf.get(instruction) ?? null,
    lookupAt: (instruction) => lookupAt(book, instruction),
    expand: ({ text, value }, instruction) =>
      text.includes('$')
        ? expandVariables(text, lookupAt(book, instruction), book.escapeChar)
        : { text: value, unresolved: [] },
    findStage: (reference, user) =>
      /^\d{1,6}$/.test(reference) && Number(reference) < user.index
        ? (dockerfile.stages[Number(reference)] ?? null)
        : findByName(book, reference, user.index),
    parentOf: (stage) => book.parents.get(stage) ?? null,
    imageOf: (from) => imageOf(book, from),
  };
}

function readStage(book: Book, stage: Stage): void {
  const parent = findParent(book, stage);
  if (parent !== null) book.parents.set(stage, parent);
  const variables = { all: createVariables(), env: createVariables() };
  book.variables.set(stage, variables);
  let situation = (parent === null ? undefined : book.ends.get(parent)) ?? NOTHING;
  if (stage.from !== null) book.stageOf.set(stage.from, stage);
  for (const instruction of stage.instructions) {
    place(book, instruction, { stage, situation });
    if (instruction.kind === 'arg') defineArgs(book, instruction, variables.all);
    else if (instruction.kind === 'env') defineEnv(book, instruction, variables);
    else situation = after(situation, instruction);
  }
  book.ends.set(stage, situation);
  if (stage.name === null) return;
  const namesakes = book.byName.get(stage.name);
  if (namesakes === undefined) book.byName.set(stage.name, [stage]);
  else namesakes.push(stage);
}

function after(situation: Situation, instruction: Instruction): Situation {
  if (instruction.kind === 'user') return { ...situation, user: instruction };
  if (instruction.kind === 'workdir') return { ...situation, workdir: instruction };
  if (instruction.kind === 'shell') return { ...situation, shell: instruction };
  return situation;
}

function place(
  book: Book,
  instruction: Instruction,
  { stage, situation }: { readonly stage: Stage; readonly situation: Situation },
): void {
  book.stageOf.set(instruction, stage);
  book.situations.set(instruction, situation);
  if (instruction.kind !== 'onbuild' || instruction.inner === null) return;
  book.order.set(instruction.inner, book.order.get(instruction) ?? 0);
  place(book, instruction.inner, { stage, situation });
}

function findParent(book: Book, stage: Stage): Stage | null {
  const image = stage.from === null ? null : imageOf(book, stage.from);
  return image === null ? null : findByName(book, image.text, stage.index);
}

function findByName(book: Book, name: string, beforeIndex: number): Stage | null {
  const namesakes = book.byName.get(name.toLowerCase());
  if (namesakes === undefined) return null;
  for (let at = namesakes.length - 1; at >= 0; at -= 1) {
    const stage = namesakes[at];
    if (stage !== undefined && stage.index < beforeIndex) return stage;
  }
  return null;
}

function imageOf(book: Book, { image }: InstructionOf<'from'>): Expansion | null {
  if (image === null) return null;
  return expandVariables(
    image.text,
    (name) => book.globals.lookup(name, Number.POSITIVE_INFINITY),
    book.escapeChar,
  );
}

function defineGlobals(book: Book, arg: InstructionOf<'arg'>): void {
  const at = book.order.get(arg) ?? 0;
  const lookup: Lookup = (name) => book.globals.lookup(name, at);
  for (const { key, rawValue } of arg.pairs)
    book.globals.define(key, at, rawValue === null ? undefined : known(rawValue, lookup, book));
}

/** `ARG x` without a default takes the value of the global ARG of that name. */
function defineArgs(book: Book, arg: InstructionOf<'arg'>, variables: Variables): void {
  const at = book.order.get(arg) ?? 0;
  for (const { key, rawValue } of arg.pairs) {
    const value =
      rawValue === null
        ? book.globals.lookup(key, Number.POSITIVE_INFINITY)
        : known(rawValue, lookupAt(book, arg), book);
    variables.define(key, at, value);
  }
}

function defineEnv(
  book: Book,
  env: InstructionOf<'env'>,
  { all, env: inherited }: { readonly all: Variables; readonly env: Variables },
): void {
  const at = book.order.get(env) ?? 0;
  for (const { key, rawValue } of env.pairs) {
    const value = known(rawValue ?? '', lookupAt(book, env), book);
    all.define(key, at, value);
    inherited.define(key, at, value);
  }
}

/** The value, or undefined when a part of it can't be known. */
function known(rawValue: string, lookup: Lookup, { escapeChar }: Book): string | undefined {
  const { text, unresolved } = expandVariables(rawValue, lookup, escapeChar);
  return unresolved.length === 0 ? text : undefined;
}

function lookupAt(book: Book, instruction: Instruction): Lookup {
  const at = book.order.get(instruction) ?? 0;
  const stage = book.stageOf.get(instruction);
  if (stage === undefined || instruction.kind === 'from') return (name) => book.globals.lookup(name, at);
  return (name) => {
    let found = book.variables.get(stage)?.all.lookup(name, at);
    let below = book.parents.get(stage);
    for (let depth = 0; found === undefined && below !== undefined && depth < MAX_PARENTS; depth += 1) {
      found = book.variables.get(below)?.env.lookup(name, Number.POSITIVE_INFINITY);
      below = book.parents.get(below);
    }
    return found;
  };
}
