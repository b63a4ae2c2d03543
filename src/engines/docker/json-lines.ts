import { DrydockError } from '../../core/errors.ts';

/** Docker writes one object a line; a piece of output in one is at most 32 KiB before escaping. */
const MAX_LINE_BYTES = 4 * 2 ** 20;

/** The objects of a body that carries one JSON object after another, each on its line. Throws `engine-failed`. */
export async function* readJsonLines(body: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_BYTES) throw notJson(rest);
    for (const line of lines) if (line.trim() !== '') yield parse(line);
  }
  if (rest.trim() !== '') yield parse(rest);
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw notJson(line, cause);
  }
}

function notJson(line: string, cause?: unknown): DrydockError {
  return new DrydockError(
    'engine-failed',
    `Docker was expected to answer with JSON, a line each, it wrote ${JSON.stringify(line.slice(0, 120))}.`,
    { cause },
  );
}
