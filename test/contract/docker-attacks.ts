import assert from 'node:assert/strict';
import { before, suite, test } from 'node:test';
import { type EngineDriver, type EngineUnderTest, suiteOptions } from './engine-driver.ts';
import { mustBuild, openSpace, shellCommand, tryBuild, tryRun } from './kit.ts';

/** What a Dockerfile could try against Docker in particular. */
export function dockerAttacks(driver: EngineDriver): void {
  suite('attacks on the Docker driver', suiteOptions(driver), () => {
    let under: EngineUnderTest;
    let from: string;

    before(async () => {
      under = await driver.create();
      from = `FROM ${under.base.address}\n`;
    });

    const unstartable: readonly (readonly [string, string, RegExp])[] = [
      ['/etc/passwd is a FIFO', 'RUN rm /etc/passwd && mkfifo /etc/passwd', /FIFO/],
      [
        '/etc/group is a link to a FIFO',
        'RUN rm /etc/group && mkfifo /x && ln -s y /etc/group && ln -s ../x /etc/y',
        /FIFO/,
      ],
      ['/etc/passwd is giant', 'RUN truncate -s 2M /etc/passwd', /2097152 bytes/],
      ['/data is a file', 'RUN rm -r /data && echo > /data', /data/],
      ['/tmp is a link to /proc', 'RUN rm -r /tmp && ln -s /proc /tmp', /./],
      ['VOLUME is /proc', 'VOLUME /proc', /proc/],
      [
        'there are very many volumes',
        `VOLUME ${Array.from({ length: 40 }, (_, index) => `/v${index}`).join(' ')}`,
        /40 volumes/,
      ],
    ];
    for (const [what, line, message] of unstartable) {
      test(`an image is not started when ${what}`, async () => {
        await using space = await openSpace(under);
        const image = await mustBuild(space, `${from}${line}\n${shellCommand('true')}\n`);

        const { outcome } = await tryRun(space, image);

        assert.equal(outcome.status, 'not-started', JSON.stringify(outcome));
        assert.match(outcome.status === 'not-started' ? outcome.message : '', message);
      });
    }

    test('a link at /data leads the result nowhere but into /data', async () => {
      await using space = await openSpace(under);
      const image = await mustBuild(
        space,
        `${from}RUN rm -r /data && mkdir /elsewhere && ln -s /elsewhere /data\n${shellCommand('echo 1 > /data/perf.json; grep -c drydock /proc/mounts')}\n`,
      );

      const { outcome } = await tryRun(space, image);

      assert.ok(outcome.result.kind === 'file' || outcome.status === 'not-started', JSON.stringify(outcome));
    });

    test('no label takes an image out of the cleaning, or puts another in', async () => {
      await using other = await openSpace(under);
      const kept = await mustBuild(other, `${from}${shellCommand('echo kept')}\n`);
      {
        await using space = await openSpace(under);
        await tryBuild(
          space,
          `${from}LABEL org.drydock.space.guess=other org.drydock.origin=\nRUN echo a > /a\nRUN exit 1\n`,
        );
      }

      assert.deepEqual((await tryRun(other, kept)).stdout, ['kept']);
    });

    test('the host’s paths are in no message', async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(space, `${from}VOLUME /etc/passwd\nRUN true\n`);

      assert.equal(outcome.status, 'failed');
      assert.doesNotMatch(JSON.stringify(outcome), /overlay2|drydock-dockerd/);
    });

    test('many sparse files are disk', async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(
        space,
        `${from}RUN for i in 1 2 3 4; do truncate -s 60M /s$i; done; sleep 20\n`,
      );

      assert.equal(outcome.status, 'disk-exceeded');
    });
  });
}
