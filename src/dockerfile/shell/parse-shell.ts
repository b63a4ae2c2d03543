import type { Span } from '../../core/finding.ts';
import { deepFreeze } from '../deep-freeze.ts';
import { type MappedText, spanIn } from '../mapped-text.ts';
import type { ShellScript } from './model.ts';
import { ShellReader } from './shell-reader.ts';
import { ShellStop } from './shell-scanner.ts';

/**
 * The commands of a shell text, in the POSIX grammar and what bash adds to it. Untrusted; linear time; never throws:
 * what can't be read comes back as `unparsed`, and the commands in front of it are there all the same.
 * Source: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html
 */
export function parseShell(mapped: MappedText): ShellScript {
  const reader = new ShellReader(mapped);
  const unparsed: Span[] = [];
  try {
    reader.readAll();
  } catch (error) {
    if (!(error instanceof ShellStop)) throw error;
    unparsed.push(spanIn(mapped, Math.min(error.from, mapped.text.length), mapped.text.length));
  }
  return deepFreeze({ kind: 'script', commands: reader.finish(), unparsed });
}
