import type { Span } from '../core/finding.ts';
import { isCustomFrontend } from './frontend.ts';
import { findInvisibleCharacters } from './invisible-characters.ts';
import type { Dockerfile, Instruction } from './model.ts';
import { refuseFlags } from './refuse-flags.ts';
import { refuseFrom } from './refuse-from.ts';
import { refusePaths } from './refuse-paths.ts';
import { refuseRendering } from './refuse-rendering.ts';
import { createScopes, type Scopes } from './scopes.ts';

export type RefusalCode =
  | 'unreadable'
  | 'frontend'
  | 'escape'
  | 'invisible-character'
  | 'instruction'
  | 'flag'
  | 'stage'
  | 'image'
  | 'remote-source'
  | 'system-path'
  | 'heredoc'
  | 'rendering';

/** Why a file is not given to the builder. `message` says what was found and what to do. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
  readonly span: Span;
}

export interface RefusalOptions {
  /** What FROM --platform may say, e.g. `linux/amd64`: this machine's when not given. */
  readonly platform?: string;
}

/** What a check of one instruction looks at. */
export interface Admission {
  readonly scopes: Scopes;
  readonly platform: string;
}

const MAX_REFUSALS = 50;

/**
 * Why a stranger's Dockerfile may not be built here; empty when it may. Everything that is not known to be harmless
 * and to survive our rendering is refused. At most 50 are listed.
 */
export function findRefusals(dockerfile: Dockerfile, options: RefusalOptions = {}): readonly Refusal[] {
  const admission: Admission = {
    scopes: createScopes(dockerfile),
    platform: options.platform ?? `linux/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
  const refusals: Refusal[] = [];
  for (const refusal of refuse(dockerfile, admission)) {
    refusals.push(refusal);
    if (refusals.length === MAX_REFUSALS) break;
  }
  return refusals.sort((a, b) => a.span.start.line - b.span.start.line);
}

function* refuse(dockerfile: Dockerfile, admission: Admission): Generator<Refusal> {
  for (const { message, span } of dockerfile.problems) yield { code: 'unreadable', message, span };
  for (const directive of dockerfile.directives) {
    if (isCustomFrontend(directive))
      yield {
        code: 'frontend',
        message: `The frontend ${JSON.stringify(directive.value.slice(0, 80))} would be run to read this file; only docker/dockerfile:1 is taken. Remove the line.`,
        span: directive.span,
      };
  }
  if (dockerfile.escape !== '\\')
    yield {
      code: 'escape',
      message: 'Another escape character than the backslash is not built. Remove the escape directive.',
      span: dockerfile.directives.find(({ name }) => name === 'escape')?.span ?? START,
    };
  for (const { code, kind, span } of findInvisibleCharacters(dockerfile.text, MAX_REFUSALS))
    yield {
      code: 'invisible-character',
      message: `A ${kind === 'control' ? 'control' : kind === 'bidi' ? 'text-reordering' : 'invisible'} character (${code}) stands here. Remove it.`,
      span,
    };
  for (const stage of dockerfile.stages) yield* refuseFrom(stage, admission);
  for (const instruction of dockerfile.instructions) yield* refuseInstruction(instruction, admission);
  yield* refuseRendering(dockerfile, admission);
}

const START: Span = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

function* refuseInstruction(instruction: Instruction, admission: Admission): Generator<Refusal> {
  if (instruction.kind === 'onbuild')
    yield {
      code: 'instruction',
      message:
        'ONBUILD does nothing in the image that is run; it only hides what later builds do. Remove it.',
      span: instruction.span,
    };
  yield* refuseFlags(instruction, admission);
  yield* refusePaths(instruction, admission);
}
