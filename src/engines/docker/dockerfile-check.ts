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

const CONTINUED = /\\[ \t]*$/;
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
  let labels = 0;
  let isInside = false;
  for (const line of text.split('\n')) {
    written.push(line);
    const trimmed = line.trim();
    if (!isInside && trimmed.startsWith('#')) {
      if (/^#\s*(escape|syntax|check)\s*=/i.test(trimmed)) return refuse(`it has the directive ${trimmed}`);
      continue;
    }
    if (/\\\\[ \t]*$/.test(line))
      return refuse('a line ends with two backslashes, which builders read differently');
    const beginsFrom = /^FROM\b/i.test(trimmed);
    if (isInside && beginsFrom) return refuse('a FROM stands in a line that continues another');
    const why = isInside ? null : findProblem(readInstruction(trimmed), { stages, allowed });
    if (why !== null) return refuse(why);
    isInside = CONTINUED.test(line) || (isInside && (trimmed === '' || trimmed.startsWith('#')));
    if (!beginsFrom) continue;
    stages.push(FROM.exec(trimmed)?.[2]?.toLowerCase() ?? '');
    written.push(`LABEL ${label.key}=${JSON.stringify(label.value)}`);
    labels += 1;
  }
  return { status: 'fine', text: written.join('\n'), labels };
}

function refuse(why: string): CheckedDockerfile {
  return { status: 'refused', why: `The Docker driver does not build this Dockerfile: ${why}.` };
}

function readInstruction(line: string): Instruction | null {
  if (line === '') return { keyword: '', rest: '' };
  const match = /^([A-Za-z]+)[ \t]+(.*)$/.exec(line);
  return match === null ? null : { keyword: (match[1] ?? '').toUpperCase(), rest: (match[2] ?? '').trim() };
}

interface Surroundings {
  readonly stages: readonly string[];
  readonly allowed: AllowedNames;
}

function findProblem(instruction: Instruction | null, around: Surroundings): string | null {
  // A keyword that goes on in the next line would not be seen here.
  if (instruction === null) return 'a line begins with something that is no instruction with arguments';
  const { keyword, rest } = instruction;
  // What goes on in the next line would not be seen here.
  if (ONE_LINE.has(keyword) && CONTINUED.test(rest)) return `${keyword} goes over more than one line`;
  switch (keyword) {
    case 'FROM':
      return fromProblem(rest, around);
    case 'COPY':
    case 'ADD':
      return copyProblem(keyword, rest, around);
    case 'ONBUILD':
      return /^FROM\b/i.test(rest) ? 'ONBUILD has a FROM' : findProblem(readInstruction(rest), around);
    case 'RUN':
      if (/<<-?\s*["']?[A-Za-z_]/.test(rest))
        return 'RUN has a heredoc, which Docker’s classic builder does not read';
      return /^--/.test(rest) ? `RUN has the flag ${rest.split(/\s/)[0]}` : null;
    default:
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
  if (/<<-?\s*["']?[A-Za-z_]/.test(rest)) return `${keyword} has a heredoc`;
  const words = rest.split(/\s+/);
  for (const word of words) {
    const from = /^--from=(.*)$/i.exec(word)?.[1];
    if (from !== undefined) {
      const isIndex = /^\d{1,4}$/.test(from) && Number(from) < stages.length;
      if (!isIndex && !(from !== '' && stages.includes(from.toLowerCase())) && !allowed.bases.has(from))
        return `${keyword} --from names ${quote(from)}, which is neither a stage before it nor a base`;
    } else if (keyword === 'ADD' && mayBeRemote(word)) return `ADD of ${quote(word)} could be a download`;
  }
  return null;
}

/** Whether Docker could read the word as a URL, also after it has put in variables and taken out quotes. */
function mayBeRemote(word: string): boolean {
  const bare = word.replaceAll(/[\\"'[\],]/g, '').toLowerCase();
  return /^https?:\/\//.test(bare) || /^(h(t(t(p(s?(:\/?)?)?)?)?)?)?\$/.test(bare);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 120));
}
