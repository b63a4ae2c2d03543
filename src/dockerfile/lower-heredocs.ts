import type { InstructionOf } from './model.ts';
import { isHeredocAlone, isShellName, shellTextOf } from './shell/shell-text.ts';

export type Lowered =
  | { readonly kind: 'exec'; readonly args: readonly string[] }
  /** Another program than a shell reads the heredoc. */
  | { readonly kind: 'refused'; readonly why: string };

/**
 * The exec form that does what a RUN with heredocs does: the shell in force gets the text, or the `#!` line's shell
 * does when the heredoc stands alone. Source: https://docs.docker.com/reference/dockerfile/#here-documents
 */
export function lowerHeredocs(run: InstructionOf<'run'>, shell: InstructionOf<'shell'> | null): Lowered {
  const shellWords = shell === null ? ['/bin/sh', '-c'] : shell.args.map(({ value }) => value);
  const [only] = run.heredocs;
  if (only === undefined || !isHeredocAlone(run.body.text)) {
    const text = shellTextOf(run);
    return text.kind === 'shell'
      ? { kind: 'exec', args: [...shellWords, text.text.text] }
      : { kind: 'refused', why: 'its text is for no shell' };
  }
  const script = only.stripsTabs ? only.body.text.replaceAll(/^\t+/gm, '') : only.body.text;
  const shebang = /^#![ \t]*(\S+)(?:[ \t]+([^\r\n]*))?/.exec(script);
  if (shebang === null) return { kind: 'exec', args: [...shellWords, script] };
  const [, program = '', option = ''] = shebang;
  const words = [program, ...(option.trim() === '' ? [] : [option.trim()])];
  const interpreter = /(?:^|\/)env$/.test(program) ? option.trim() : program;
  return isShellName(interpreter)
    ? { kind: 'exec', args: [...words, '-c', script] }
    : {
        kind: 'refused',
        why: `it is for ${interpreter.slice(0, 60)}; write it into a file of the context and run that`,
      };
}
