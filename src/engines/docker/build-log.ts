import type { LogLine } from '../../core/outcome.ts';
import { createLineSplitter } from '../line-splitter.ts';
import { OUR_LABELS } from './marks.ts';

/** How Docker's classic builder wraps each piece of a step's standard error. */
const STDERR_START = '\u001b[91m';
const STDERR_END = '\u001b[0m';
const STEP = /^Step (\d+)\/(\d+) : (.*)$/;
/** What the builder says about its own layers and containers. */
const BOOKKEEPING =
  /^ ---> (?:Running in )?[0-9a-f]{12}\n?$|^(?:Removing|Removed) intermediate container [0-9a-f]{12}\n?$/;
const MAX_LAST_LINES = 20;

/** Makes lines of the pieces of output that the builder streams. */
export interface BuildLog {
  push(piece: string): void;
  end(): void;
  /** The last lines that a program wrote, for the message of a failure. */
  lastLines(): readonly string[];
}

/** Leaves out the builder's bookkeeping and the steps that we added, and counts the steps without them. */
export function createBuildLog(ourSteps: number, onLog: (line: LogLine) => void): BuildLog {
  let seen = 0;
  let last: string[] = [];

  const show = (stream: LogLine['stream'], text: string): void => {
    const step = STEP.exec(text);
    if (BOOKKEEPING.test(text)) return;
    if (step === null) {
      last = [...last.slice(1 - MAX_LAST_LINES), text];
      onLog({ stage: 'build', stream, text });
      return;
    }
    last = [];
    const [, number, total, what = ''] = step;
    if (what.startsWith(`LABEL ${OUR_LABELS}`)) seen += 1;
    else
      onLog({
        stage: 'build',
        stream,
        text: `Step ${Number(number) - seen}/${Number(total) - ourSteps} : ${what}`,
      });
  };

  const stdout = createLineSplitter((text) => show('stdout', text));
  const stderr = createLineSplitter((text) => show('stderr', text));
  return {
    push(piece) {
      // The builder's own words come after what a program wrote without a newline.
      if (STEP.test(piece) || BOOKKEEPING.test(piece)) this.end();
      if (piece.startsWith(STDERR_START) && piece.endsWith(STDERR_END))
        stderr.push(Buffer.from(piece.slice(STDERR_START.length, -STDERR_END.length)));
      else stdout.push(Buffer.from(piece));
    },
    end() {
      stdout.end();
      stderr.end();
    },
    lastLines: () => last,
  };
}
