import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN } from '../report/paint.ts';
import { createProgress } from './progress.ts';

function shown(isLive: boolean): string {
  let text = '';
  {
    using progress = createProgress({
      write: (piece) => (text += piece),
      paint: PLAIN,
      isLive,
      columns: 40,
      now: () => 0,
    });
    progress.show({ type: 'stage', stage: 'build', state: 'started', summary: '', durationMs: null });
    progress.show({ type: 'log', stage: 'build', stream: 'stdout', text: `evil \x1b[2J ${'x'.repeat(100)}` });
    progress.show({ type: 'stage', stage: 'build', state: 'passed', summary: 'done', durationMs: 1200 });
  }
  return text;
}

test('where nobody looks, plain lines: each step when it ends, each line of output as it came, made safe', () => {
  assert.equal(shown(false), `    build │ evil \\x1b[2J ${'x'.repeat(100)}\n  ✔ build        1.20 s  done\n`);
});

test('on a terminal the step at work is redrawn with the last lines of its output, and only ended steps stay', () => {
  const text = shown(true);

  assert.match(text, /⠋ build/);
  assert.ok(!text.includes('\x1b[2J'), 'the output can not clear the screen');
  assert.ok(text.endsWith('\x1b[2A\x1b[0J  ✔ build        1.20 s  done\n'), JSON.stringify(text.slice(-60)));
});
