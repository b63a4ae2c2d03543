import type { InstructionOf, Stage } from '../../../dockerfile/model.ts';
import { isProgram } from '../../command-words.ts';
import type { RunCommand } from '../../dockerfile-subject.ts';
import { defineDockerfileRule } from '../../rule.ts';

const ARCHIVE =
  /\.(?:tar(?:\.(?:gz|bz2|xz|z|lz|lzma|zst))?|tgz|tbz2?|tb2|tz2|taz|txz|tlz|tzst|tpz|gz|bz2|xz|lzma|z)$/i;

export const addArchives = defineDockerfileRule({
  id: 'DL3010',
  name: 'add-archives',
  severity: 'info',
  what: 'COPY brings in an archive that a RUN then unpacks.',
  why: 'The archive itself stays in a layer, though nobody needs it any more.',
  fix: 'Use ADD, which unpacks local archives, or RUN --mount=type=bind.',
  sources: ['hadolint DL3010'],
  bad: [
    'FROM debian:12\nCOPY a/x.tar.gz /y/\nRUN tar -xzf /y/x.tar.gz\n',
    'FROM debian:12\nCOPY x.tgz /y.tgz\nRUN cd / && tar xf y.tgz\n',
  ],
  good: [
    'FROM debian:12\nADD x.tar.gz /y/\n',
    'FROM debian:12\nCOPY x.tar.gz /y/\nRUN tar -cf z.tar /y\n',
    'FROM debian:12\nCOPY --from=a /x.tar.gz /y/\nRUN tar -xf /y/x.tar.gz\n',
  ],
  *check({ instructions, scopes, commands }) {
    const unpacked = new Map<Stage | null, Set<string>>();
    for (const found of commands.filter(isUnpacking)) {
      const stage = scopes.stageOf(found.run);
      const names = unpacked.get(stage) ?? new Set();
      for (const { value } of found.command.args) names.add(baseName(value.replace(/^--file=/, '')));
      unpacked.set(stage, names);
    }
    for (const copy of instructions('copy')) {
      const names = unpacked.get(scopes.stageOf(copy));
      if (names === undefined || copy.flags.some(({ name }) => name === 'from')) continue;
      if (landingNames(copy).some((name) => ARCHIVE.test(name) && names.has(name))) yield { span: copy.span };
    }
  },
});

function isUnpacking({ command }: RunCommand): boolean {
  if (isProgram(command, 'gunzip', 'bunzip2', 'unxz', 'unlzma', 'uncompress', 'zcat', 'gzcat')) return true;
  if (!isProgram(command, 'tar', 'gtar', 'bsdtar')) return false;
  return command.args.some(
    ({ value }, index) =>
      /^--(?:extract|get)$|^-[a-zA-Z]*x[a-zA-Z]*$/.test(value) ||
      (index === 0 && /^[a-zA-Z]*x[a-zA-Z]*$/.test(value)),
  );
}

/** What the files are called where COPY puts them. */
function landingNames({ sources, destination }: InstructionOf<'copy'>): readonly string[] {
  const target = nameOf(destination?.text ?? '');
  return ARCHIVE.test(target) ? [target] : sources.map(({ text }) => nameOf(text));
}

/** Of a word as written: a backslash is an escape on Linux, and divides folders on Windows. */
function nameOf(word: string): string {
  return baseName(word.replace(/["']$/, ''));
}

/** Of a path of Linux or Windows. */
function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/^["']/, '');
}
