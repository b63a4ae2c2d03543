import { type Declared, walkDeclared } from '../../declared-variables.ts';
import { defineDockerfileRule, type Problem } from '../../rule.ts';

/** What every builder or base image sets. */
const ALWAYS = ['PATH', 'HOME', 'HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];
const KINDS: ReadonlySet<string> = new Set([
  'add',
  'copy',
  'env',
  'expose',
  'label',
  'stopsignal',
  'user',
  'volume',
  'workdir',
]);
/** More declared names than these are not compared: the time would grow with their square. */
const MAX_COMPARED = 100;

export const noUndefinedVariable = defineDockerfileRule({
  id: 'DD1607',
  name: 'no-undefined-variable',
  severity: 'warning',
  what: 'A variable is used that nothing sets.',
  why: 'It is empty, so files and paths end up in the wrong place without a word.',
  fix: 'Declare it by ARG or ENV in the same stage, or mend its name.',
  // A base image may set any name, which only a builder can see. On one, a name must look like a slip to be reported.
  // BuildKit says it twice of a file's first stages when it reads them for two targets; here each place is said once.
  sources: ['BuildKit UndefinedVar'],
  bad: [
    'FROM scratch\nCOPY $X /y\n',
    'FROM debian:12\nENV PATH=/x:$PAHT\n',
    'FROM debian:12\nARG APP_DIRS=/x\nWORKDIR $APP_DIR\n',
    'FROM scratch AS a\nARG X=1\nFROM a\nUSER $X\n',
  ],
  good: [
    `FROM scratch\nARG X\nCOPY $X /y\nENV A=\${B:-c} D=\\$E\n`,
    'FROM debian:12\nWORKDIR $GOPATH/src\nENV PATH=$PATH:/x V1=a V2=$V1\n',
    'FROM scratch AS a\nENV X=1\nFROM a\nUSER $X\n',
  ],
  *check({ dockerfile, scopes }) {
    for (const declared of walkDeclared(dockerfile, scopes))
      if (KINDS.has(declared.instruction.kind)) yield* findUndefined(declared);
  },
});

function* findUndefined({ instruction, names, isComplete }: Declared): Generator<Problem> {
  for (const name of new Set(namesUsed(instruction.body.text))) {
    if (names.has(name) || ALWAYS.includes(name.toUpperCase())) continue;
    const meant = [...ALWAYS, ...names.values().take(MAX_COMPARED)].find((known) => isSlip(name, known));
    if (!isComplete && meant === undefined) continue;
    const hint = meant === undefined ? '' : ` Is ${meant.slice(0, 60)} meant?`;
    yield { span: instruction.span, message: `Nothing sets $${name.slice(0, 60)}.${hint}` };
  }
}

/** Names in `$x` and `${x}`; forms with a default say themselves what happens when the variable is not set. */
function namesUsed(text: string): readonly string[] {
  const plain = text.replace(/\\./g, '');
  return [...plain.matchAll(/\$(?:\{([A-Za-z_]\w*)\}|([A-Za-z_]\w*))/g)].map(
    ([, braced, bare]) => braced ?? bare ?? '',
  );
}

/** Whether one character too many, too few, changed or swapped makes `word` of `known`. Short names are all alike. */
function isSlip(word: string, known: string): boolean {
  if (Math.min(word.length, known.length) < 4 || Math.abs(word.length - known.length) > 1) return false;
  let start = 0;
  while (start < word.length && word[start] === known[start]) start += 1;
  let end = 0;
  while (end < word.length - start && end < known.length - start && word.at(-1 - end) === known.at(-1 - end))
    end += 1;
  const left = word.slice(start, word.length - end);
  const right = known.slice(start, known.length - end);
  const isSwap = left.length === 2 && right === `${left[1]}${left[0]}`;
  const isNumber = /^\d*$/.test(left + right);
  return isSwap || (!isNumber && left.length <= 1 && right.length <= 1);
}
