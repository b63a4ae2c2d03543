import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type EngineDriver, onlyReal } from './engine-driver.ts';
import { type RunTry, resultText } from './kit.ts';

/** /data/perf.json as what it must not be: nothing of it is followed, waited for or read without end. */
export function resultForms(driver: EngineDriver, runScript: (script: string) => Promise<RunTry>): void {
  const forms: readonly (readonly [string, string, RegExp])[] = [
    ['a symbolic link to a host file', 'ln -s /etc/passwd /data/perf.json', /^\(refused\)$/],
    ['a symbolic link beside it', 'echo 1 > /data/real; ln -s real /data/perf.json', /^\(refused\)$/],
    ['a dangling link', 'ln -s nowhere /data/perf.json', /^\(refused\)$/],
    // It can only be of /data itself, so that its content may be taken as well.
    ['a hard link', 'echo 1 > /data/other; ln /data/other /data/perf.json', /^(\(refused\)|1\n)$/],
    ['a FIFO', 'mkfifo /data/perf.json', /^\(refused\)$/],
    ['a folder', 'mkdir /data/perf.json; echo 1 > /data/perf.json/perf.json', /^\(refused\)$/],
    ['one byte too long', 'dd if=/dev/zero of=/data/perf.json bs=65537 count=1 2>/dev/null', /^\(refused\)$/],
    ['sparse and huge', 'truncate -s 1G /data/perf.json', /^\(refused\)$/],
    [
      'a file that even its owner may not read',
      'echo 1 > /data/perf.json; chmod 000 /data/perf.json',
      /^(\(refused\)|1\n)$/,
    ],
    ['a device, which can’t be made', 'mknod /data/perf.json c 1 5 2>/dev/null', /^\(missing\)$/],
    ['in a /data that was locked', 'echo 1 > /data/perf.json; chmod 000 /data', /^(\(refused\)|1\n)$/],
  ];
  for (const [what, script, expected] of forms) {
    test(`perf.json that is ${what} does no harm`, onlyReal(driver), async () => {
      const { outcome } = await runScript(`${script}; true`);

      assert.equal(outcome.status, 'exited', JSON.stringify(outcome));
      assert.match(resultText(outcome.result), expected, JSON.stringify(outcome.result));
    });
  }

  test('perf.json of just 64 KiB is taken', onlyReal(driver), async () => {
    const { outcome } = await runScript('dd if=/dev/zero of=/data/perf.json bs=65536 count=1 2>/dev/null');

    assert.equal(outcome.result.kind === 'file' && outcome.result.content.length, 65_536);
  });
}
