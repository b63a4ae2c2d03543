import { lowerHeredocs } from './lower-heredocs.ts';
import type { Dockerfile, Instruction, InstructionOf } from './model.ts';
import type { Admission, Refusal } from './refusals.ts';
import { renderCanonical } from './render.ts';
import type { Scopes } from './scopes.ts';

/** Builders read no longer line, and in the rendering an instruction is one line. */
const MAX_LINE_BYTES = 60_000;

/** What would not mean the same when it is written anew, or what a builder might read otherwise than we do. */
export function* refuseRendering(dockerfile: Dockerfile, admission: Admission): Generator<Refusal> {
  for (const instruction of dockerfile.instructions) yield* refuseOne(instruction, admission);
  if (dockerfile.text.length < MAX_LINE_BYTES / 4) return;
  const longest = renderCanonical(dockerfile, { from: () => 'scratch' })
    .split('\n')
    .reduce((bytes, line) => Math.max(bytes, Buffer.byteLength(line)), 0);
  if (longest > MAX_LINE_BYTES)
    yield {
      code: 'rendering',
      message: `An instruction of at most ${MAX_LINE_BYTES} bytes was expected, got one of ${longest}. Put the text into a file of the context.`,
      span: { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } },
    };
}

function* refuseOne(instruction: Instruction, { scopes }: Admission): Generator<Refusal> {
  const { kind, body, span, form } = instruction;
  const keyword = instruction.keyword.toUpperCase();
  if (form === 'shell' && body.text.endsWith('\\'))
    yield {
      code: 'rendering',
      message: `${keyword} ends with a backslash, which continues nothing. Remove it.`,
      span,
    };
  if (form === 'shell' && body.text.startsWith('--'))
    yield {
      code: 'rendering',
      message: `${keyword} begins with --, which builders read as a flag. Write it otherwise.`,
      span,
    };
  const heredoc = whyNoHeredoc(instruction, scopes);
  if (heredoc !== null) yield { code: 'heredoc', message: heredoc, span };
  if (kind === 'env' || kind === 'arg') yield* refuseNames(instruction);
  if (kind === 'label') yield* refuseLabels(instruction);
}

function whyNoHeredoc(instruction: Instruction, scopes: Scopes): string | null {
  if (instruction.heredocs.length === 0) return null;
  if (instruction.kind !== 'run')
    return `${instruction.keyword.toUpperCase()} of a heredoc is not built yet. Put the file into the context, or write it with RUN.`;
  const lowered = lowerHeredocs(instruction, scopes.at(instruction).shell);
  return lowered.kind === 'refused' ? `This heredoc is not built: ${lowered.why}.` : null;
}

function* refuseNames({ pairs }: InstructionOf<'env' | 'arg'>): Generator<Refusal> {
  for (const { key, keySpan } of pairs)
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key))
      yield {
        code: 'rendering',
        message: `A variable's name like APP_PORT was expected, got ${JSON.stringify(key.slice(0, 60))}.`,
        span: keySpan,
      };
}

/** A quote that opens in a label's key ends somewhere else for every reader. */
function* refuseLabels({ pairs }: InstructionOf<'label'>): Generator<Refusal> {
  for (const { key, keySpan } of pairs)
    if (!/^[\w .:/-]+$/.test(key))
      yield {
        code: 'rendering',
        message: `A label's key of letters, digits, blanks and . _ - : / was expected, got ${JSON.stringify(key.slice(0, 60))}.`,
        span: keySpan,
      };
}
