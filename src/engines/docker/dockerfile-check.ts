import { type DockerfileLine, readLines } from './dockerfile-lines.ts';

/** What of the world a Dockerfile may name. */
export interface AllowedNames {
  /** Addresses of bases, as FROM and COPY --from may say them. */
  readonly bases: ReadonlySet<string>;
}

/** A Dockerfile that only builds on what it may, with `label` behind each FROM; or why it is not built. */
export type CheckedDockerfile =
  | { readonly status: 'fine'; readonly text: string; readonly labels: number }
  | { readonly status: 'refused'; readonly why: string };

interface Instruction {
  readonly keyword: string;
  readonly rest: string;
}

const BEGINS_FROM = /^FROM\b/i;
const HEREDOC = /<<-?\s*["']?[A-Za-z_]/;
const ONE_LINE = new Set(['FROM', 'COPY', 'ADD', 'ONBUILD']);
const FROM = /^(?:FROM)\s+(\S+)(?:\s+AS\s+([a-z][a-z0-9._-]*))?$/i;

/**
 * Checks the canonical text once more before Docker gets it, because Docker would ask a registry for a base that it
 * does not have, and fetch what ADD names, whatever the network of RUN. Docker's classic builder reads no heredocs;
 * a text in which its reading and ours could differ is refused.
 */
export function checkDockerfile(
  text: string,
  allowed: AllowedNames,
  label: { readonly key: string; readonly value: string },
): CheckedDockerfile {
  const stages: string[] = [];
  const written: string[] = [];
  for (const line of readLines(text)) {
    const why = lineProblem(line, { stages, allowed });
    if (why !== null)
      return { status: 'refused', why: `The Docker driver does not build this Dockerfile: ${why}.` };
    written.push(line.raw);
    if (!BEGINS_FROM.test(line.text)) continue;
    stages.push(FROM.exec(line.text)?.[2]?.toLowerCase() ?? '');
    written.push(`LABEL ${label.key}=${JSON.stringify(label.value)}`);
  }
  return { status: 'fine', text: written.join('\n'), labels: stages.length };
}

interface Surroundings {
  /** The names of the stages so far; empty for one without. */
  readonly stages: readonly string[];
  readonly allowed: AllowedNames;
}

function lineProblem(line: DockerfileLine, around: Surroundings): string | null {
  if (line.isDoubtful) return 'a line ends with two escape characters, which builders read differently';
  if (/^#\s*(escape|syntax|check)\s*=/i.test(line.text)) return `it has the directive ${quote(line.text)}`;
  if (line.role === 'skipped') return null;
  if (line.role === 'continued')
    return BEGINS_FROM.test(line.text) ? 'a FROM stands in a line that continues another' : null;
  const instruction = readInstruction(line.text);
  // What goes on in the next line would not be seen here.
  if (instruction === null) return 'a line begins with something that is no instruction with arguments';
  if (line.goesOn && ONE_LINE.has(instruction.keyword))
    return `${instruction.keyword} goes over more than one line`;
  return findProblem(instruction, around);
}

function readInstruction(line: string): Instruction | null {
  const match = /^([A-Za-z]+)[ \t]+(.*)$/.exec(line);
  return match === null ? null : { keyword: (match[1] ?? '').toUpperCase(), rest: (match[2] ?? '').trim() };
}

function findProblem({ keyword, rest }: Instruction, around: Surroundings): string | null {
  switch (keyword) {
    case 'FROM':
      return fromProblem(rest, around);
    case 'COPY':
    case 'ADD':
      return copyProblem(keyword, rest, around);
    case 'ONBUILD':
      return triggerProblem(readInstruction(rest), around);
    case 'RUN':
      return runProblem(rest);
    default:
      return null;
  }
}

function triggerProblem(instruction: Instruction | null, around: Surroundings): string | null {
  if (instruction === null || instruction.keyword === 'FROM' || instruction.keyword === 'ONBUILD')
    return 'ONBUILD has something that it can’t trigger';
  return findProblem(instruction, around);
}

function runProblem(rest: string): string | null {
  if (/^--/.test(rest)) return `RUN has the flag ${rest.split(/\s/)[0]}`;
  const isHeredoc = HEREDOC.test(rest) && execWords(rest) === null;
  return isHeredoc ? 'RUN has a heredoc, which Docker’s classic builder does not read' : null;
}

/** The words of an exec form, or null when it is none. */
function execWords(rest: string): readonly string[] | null {
  try {
    const words: unknown = JSON.parse(rest);
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : null;
  } catch {
    return null;
  }
}

function fromProblem(rest: string, { stages, allowed }: Surroundings): string | null {
  const named = FROM.exec(`FROM ${rest}`)?.[1];
  if (named === undefined) return `FROM is not of the form FROM <base> [AS <stage>]: ${quote(rest)}`;
  const isStage = stages.includes(named.toLowerCase());
  if (isStage || named === 'scratch' || allowed.bases.has(named)) return null;
  return `FROM names ${quote(named)}, which is neither a stage before it nor a base that is held here (no registry is asked)`;
}

function copyProblem(keyword: string, rest: string, { stages, allowed }: Surroundings): string | null {
  if (HEREDOC.test(rest)) return `${keyword} has a heredoc`;
  const flags = /^(?:--\S+\s+)*/.exec(rest)?.[0] ?? '';
  for (const [, from = ''] of flags.matchAll(/--from=(\S*)/gi)) {
    const isStage = from !== '' && stages.includes(from.toLowerCase());
    const isIndex = /^\d{1,4}$/.test(from) && Number(from) < stages.length;
    if (!isStage && !isIndex && !allowed.bases.has(from))
      return `${keyword} --from names ${quote(from)}, which is neither a stage before it nor a base`;
  }
  const body = rest.slice(flags.length);
  const remote = (execWords(body) ?? body.split(/\s+/)).find(mayBeRemote);
  return keyword === 'ADD' && remote !== undefined ? `ADD of ${quote(remote)} could be a download` : null;
}

/** Whether Docker could read the word as a URL, also after it has put in variables and taken out quotes. */
function mayBeRemote(word: string): boolean {
  const bare = word.replaceAll(/[\\"'[\],]/g, '').toLowerCase();
  return /^https?:\/\//.test(bare) || /^(h(t(t(p(s?(:\/?)?)?)?)?)?)?\$/.test(bare);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 120));
}
