import { commandName, operandsOf } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noWorldWritable = defineDockerfileRule({
  id: 'DD1301',
  name: 'no-world-writable',
  severity: 'warning',
  what: 'A file or folder is made writable for everybody.',
  why: 'Any process of the container, whoever it runs as, can then change what others run.',
  fix: 'Give it to the user that needs it: COPY --chown, chown, or a mode like 755.',
  sources: ['CWE-732', 'OWASP-Docker #8a'],
  bad: [
    'FROM debian:12\nRUN chmod 777 /app\n',
    'FROM debian:12\nRUN chmod -R a+rwx /app\n',
    'FROM debian:12\nCOPY --chmod=0666 a /a\n',
  ],
  good: [
    'FROM debian:12\nRUN chmod 755 /app && chmod +x /b && chmod u+w,g+w /c\n',
    'FROM debian:12\nRUN chmod 1777 /tmp\n',
    'FROM debian:12\nCOPY --chmod=755 a /a\n',
  ],
  *check({ commands, instructions }) {
    for (const { command } of commands) {
      const mode = commandName(command) === 'chmod' ? operandsOf(command)[0] : undefined;
      if (mode !== undefined && isWorldWritable(mode.value)) yield { span: command.span };
    }
    for (const { flags } of instructions('copy', 'add'))
      for (const { name, value, span } of flags)
        if (name === 'chmod' && value !== null && isWorldWritable(value)) yield { span };
  },
});

/** With the sticky bit, as on /tmp, nobody can replace the files of others. */
function isWorldWritable(mode: string): boolean {
  if (/^0*[0-7]{1,4}$/.test(mode)) {
    const bits = Number.parseInt(mode, 8);
    return (bits & 0o002) !== 0 && (bits & 0o1000) === 0;
  }
  return mode.split(',').some((part) => /^[ug]*[oa][ugoa]*[+=][rxXst]*w/.test(part));
}
