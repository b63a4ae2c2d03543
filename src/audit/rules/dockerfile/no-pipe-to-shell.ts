import type { ShellCommand } from '../../../dockerfile/shell/model.ts';
import { commandName, isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

const FETCHERS = ['curl', 'wget', 'fetch', 'lynx'];
const INTERPRETERS = /^(?:sh|bash|dash|ash|ksh|zsh|fish|python[\d.]*|perl|ruby|node|php|pwsh)$/;
/** Programs that run what follows them. */
const WRAPPERS = new Set(['sudo', 'env', 'exec', 'nohup', 'time', 'xargs', 'command']);

export const noPipeToShell = defineDockerfileRule({
  id: 'DD1202',
  name: 'no-pipe-to-shell',
  severity: 'warning',
  what: 'A download is run as a program without being looked at.',
  why: 'Whoever holds that address, or the way to it, runs what they like in your image; nothing tells the versions apart.',
  fix: 'Download to a file, check its SHA-256, then run it; better, install a package.',
  sources: ['OWASP-Docker #9e', 'CWE-494'],
  bad: [
    'FROM debian:12\nRUN curl -fsSL https://e.org/i.sh | sh\n',
    'FROM debian:12\nRUN wget -qO- https://e.org/i.py | sudo -E python3 -\n',
    'FROM debian:12\nRUN bash -c "$(curl -fsSL https://e.org/i.sh)"\n',
    'FROM debian:12\nRUN bash <(curl -s https://e.org/i.sh)\n',
  ],
  good: [
    'FROM debian:12\nRUN curl -o i.sh https://e.org/i.sh && sha256sum -c i.sha && sh i.sh\n',
    'FROM debian:12\nRUN curl https://e.org/x.tgz | tar xz\n',
    'FROM debian:12\nRUN echo x | sh\n',
  ],
  *check({ commands }) {
    const fetching = new Map<unknown, Set<number>>();
    for (const { command, run } of commands) {
      if (isFetcher(command) && command.pipeline !== null) {
        const ids = fetching.get(run) ?? new Set<number>();
        fetching.set(run, ids.add(command.pipeline.id));
      }
      if (!runsCode(command)) continue;
      const isFed = command.pipeline !== null && fetching.get(run)?.has(command.pipeline.id) === true;
      if (isFed || substitutesDownload(command)) yield { span: command.span };
    }
  },
});

function isFetcher(command: ShellCommand): boolean {
  return isProgram(command, ...FETCHERS);
}

/** Whether the command is an interpreter, behind any number of wrappers. */
function runsCode(command: ShellCommand): boolean {
  const name = commandName(command);
  if (INTERPRETERS.test(name) || name === 'eval' || name === 'source' || name === '.') return true;
  if (!WRAPPERS.has(name)) return false;
  const program = command.args.find(
    ({ value }) => !value.startsWith('-') && !value.includes('=') && !WRAPPERS.has(value),
  );
  return program !== undefined && INTERPRETERS.test(program.value.slice(program.value.lastIndexOf('/') + 1));
}

function substitutesDownload({ args }: ShellCommand): boolean {
  return args.some(
    ({ text, hasExpansion }) => hasExpansion && /(?:\$\(|`|<\()\s{0,9}(?:curl|wget)\s/.test(text),
  );
}
