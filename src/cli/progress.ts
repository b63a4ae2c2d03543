import type { JobEventData } from '../core/ports.ts';
import { printable } from '../core/printable.ts';
import { renderStep, seconds } from '../report/job-text.ts';
import type { Paint } from '../report/paint.ts';

/** Shows a job while it runs. Close it before anything else is printed. */
export interface Progress extends Disposable {
  readonly show: (event: JobEventData) => void;
}

interface Screen {
  readonly write: (text: string) => void;
  readonly paint: Paint;
  /** A terminal is redrawn; anything else gets plain lines. */
  readonly isLive: boolean;
  readonly columns: number;
  readonly now: () => number;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const TAIL_LINES = 4;

export function createProgress(screen: Screen): Progress {
  return screen.isLive ? liveProgress(screen) : plainProgress(screen);
}

/** One line a fact: each step when it ends, each line of output as it comes. */
function plainProgress({ write, paint }: Screen): Progress {
  return {
    show: (event) => {
      if (event.type === 'stage' && event.state !== 'started') write(`${stepLine(event, paint)}\n`);
      if (event.type === 'log') write(paint.dim(`    ${event.stage} │ ${printable(event.text)}\n`));
    },
    [Symbol.dispose]: () => undefined,
  };
}

/** The steps as a list that grows, below it the step at work with its time and the last lines of its output. */
function liveProgress({ write, paint, columns, now }: Screen): Progress {
  let current: { readonly stage: string; readonly since: number } | null = null;
  let tail: string[] = [];
  let drawn = 0;
  let frame = 0;
  const clear = (): string => (drawn === 0 ? '' : `\x1b[${drawn}A\x1b[0J`);
  const draw = (above = ''): void => {
    const lines =
      current === null
        ? []
        : [
            `  ${paint.blue(FRAMES[frame % FRAMES.length] ?? '')} ${current.stage.padEnd(10)} ${paint.dim(seconds(now() - current.since).padStart(8))}`,
            ...tail.map((line) => paint.dim(`      │ ${line}`)),
          ];
    write(`${clear()}${above}${lines.map((line) => `${line}\n`).join('')}`);
    drawn = lines.length;
  };
  const timer = setInterval(() => {
    frame += 1;
    if (current !== null) draw();
  }, 100);
  timer.unref();
  return {
    show: (event) => {
      if (event.type === 'log')
        tail = [...tail, printable(event.text).slice(0, columns - 10)].slice(-TAIL_LINES);
      else if (event.type === 'stage' && event.state === 'started')
        current = { stage: event.stage, since: now() };
      else if (event.type === 'stage') {
        current = null;
        tail = [];
        draw(`${stepLine(event, paint)}\n`);
        return;
      }
      draw();
    },
    [Symbol.dispose]: () => {
      clearInterval(timer);
      current = null;
      draw();
    },
  };
}

function stepLine(event: Extract<JobEventData, { type: 'stage' }>, paint: Paint): string {
  const status = event.state === 'started' ? 'passed' : event.state;
  return renderStep(
    { name: event.stage, status, durationMs: event.durationMs ?? 0, summary: event.summary },
    paint,
  );
}
