/** One paragraph of Debian's control format. Names are lower case; lines of a value are joined by `\n`. */
export type Paragraph = ReadonlyMap<string, string>;

/** Takes text as it comes and hands over each paragraph when it is complete. */
export interface Deb822Reader {
  push(text: string): void;
  end(): void;
}

/** A line or value longer than this is cut: no field that we read comes near it. */
const MAX_VALUE_CHARACTERS = 256 * 1024;

/**
 * Reads Debian's control format (RFC 822 like), keeping the fields of `wanted` (lower case) only. Untrusted: lines
 * that are neither a field nor a continuation are skipped, memory is bounded by one paragraph's wanted fields and
 * the longest line. Source: https://www.debian.org/doc/debian-policy/ch-controlfields.html.
 */
export function createDeb822Reader(
  wanted: ReadonlySet<string>,
  onParagraph: (paragraph: Paragraph) => void,
): Deb822Reader {
  let rest = '';
  let paragraph = new Map<string, string>();
  let field: string | undefined;

  const flush = (): void => {
    if (paragraph.size > 0) onParagraph(paragraph);
    paragraph = new Map();
    field = undefined;
  };
  const takeContinuation = (line: string): void => {
    const value = field === undefined ? undefined : paragraph.get(field);
    if (field !== undefined && value !== undefined && value.length < MAX_VALUE_CHARACTERS)
      paragraph.set(field, `${value}\n${line.trim()}`);
  };
  const takeField = (line: string): void => {
    const colon = line.indexOf(':');
    const name = colon > 0 ? line.slice(0, colon).toLowerCase() : '';
    field = wanted.has(name) ? name : undefined;
    if (field !== undefined) paragraph.set(field, line.slice(colon + 1).trim());
  };
  const takeLine = (line: string): void => {
    if (line.trim() === '') flush();
    else if (/^[ \t]/.test(line)) takeContinuation(line);
    else if (!line.startsWith('#')) takeField(line);
  };

  return {
    push: (text) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, MAX_VALUE_CHARACTERS);
      for (const line of lines) takeLine(line);
    },
    end: () => {
      takeLine(rest);
      rest = '';
      flush();
    },
  };
}

/** All paragraphs of a text at once. */
export function parseDeb822(text: string, wanted: ReadonlySet<string>): readonly Paragraph[] {
  const paragraphs: Paragraph[] = [];
  const reader = createDeb822Reader(wanted, (paragraph) => paragraphs.push(paragraph));
  reader.push(text);
  reader.end();
  return paragraphs;
}
