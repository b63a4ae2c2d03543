import { joinMapped, type MappedText } from '../mapped-text.ts';
import type { Heredoc, Instruction } from '../model.ts';

/** What a shell is given to read, or why there is none. */
export type ShellText =
  | { readonly kind: 'shell'; readonly text: MappedText }
  /** The exec form: no shell reads it. */
  | { readonly kind: 'exec' }
  /** A heredoc with a `#!` line of another interpreter. */
  | { readonly kind: 'interpreter'; readonly name: string }
  | { readonly kind: 'none' };

/**
 * The shell text of RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD. `RUN <<EOF` alone gives the body; with a command in front,
 * the whole text with the bodies behind it, as the shell gets it.
 * Source: https://docs.docker.com/reference/dockerfile/#here-documents
 */
export function shellTextOf(instruction: Instruction): ShellText {
  switch (instruction.kind) {
    case 'healthcheck':
      if (instruction.test !== 'cmd') return { kind: 'none' };
      return instruction.form === 'exec' ? { kind: 'exec' } : { kind: 'shell', text: instruction.command };
    case 'run':
    case 'cmd':
    case 'entrypoint':
      if (instruction.form === 'exec') return { kind: 'exec' };
      return instruction.heredocs.length === 0
        ? { kind: 'shell', text: instruction.body }
        : withHeredocs(instruction.body, instruction.heredocs);
    default:
      return { kind: 'none' };
  }
}

function withHeredocs(body: MappedText, heredocs: readonly Heredoc[]): ShellText {
  const [first] = heredocs;
  if (first !== undefined && isHeredocAlone(body.text)) {
    const interpreter = /^#!\s*(?:\S*\/)?(?:env(?:\s+-\S+)*\s+(?:\S*\/)?)?(\S+)/.exec(
      first.body.text.slice(0, 300),
    )?.[1];
    if (interpreter !== undefined && !isShellName(interpreter))
      return { kind: 'interpreter', name: interpreter };
    return { kind: 'shell', text: first.body };
  }
  const parts = heredocs.flatMap(({ name, body: lines, span }) => [
    lines,
    generated(`${lines.text === '' || lines.text.endsWith('\n') ? '' : '\n'}${name}\n`, span.end),
  ]);
  const lineEnd = generated('\n', heredocs.at(-1)?.span.end ?? { line: 1, column: 1 });
  return { kind: 'shell', text: joinMapped([body, lineEnd, ...parts]) };
}

function generated(
  text: string,
  { line, column }: { readonly line: number; readonly column: number },
): MappedText {
  return { text, pieces: [{ at: 0, line, column }] };
}

/** Whether a RUN's text is one heredoc and nothing else: then the body is the script. */
export function isHeredocAlone(text: string): boolean {
  return /^\d*<<-?[^\s<]+$/.test(text);
}

/** Whether a program of this name reads the POSIX shell's language. */
export function isShellName(name: string): boolean {
  return /^(?:.*[/\\])?(?:sh|bash|dash|ash|ksh|mksh|zsh)$/.test(name);
}
