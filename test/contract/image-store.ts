import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { isDrydockError } from '../../src/core/errors.ts';
import type { CollectedFile, EngineSpace, OpenImage, Wants } from '../../src/core/ports.ts';
import { type EngineDriver, type EngineUnderTest, onlyReal } from './engine-driver.ts';
import { mustBuild, openSpace } from './kit.ts';

const NOTHING: Wants = {
  paths: [],
  folders: [],
  basenames: [],
  suffixes: [],
  maxFileBytes: 4096,
  maxTotalBytes: 65_536,
};

/** The lines of the Dockerfile whose image most tests read; `outside` is a file of the host. */
function contents(outside: string): string {
  return [
    'RUN mkdir -p /usr/lib/db/deeper /app/a/x.dist-info /app/b && ln -s usr/lib /lib',
    'RUN echo status > /usr/lib/db/status && echo more > /usr/lib/db/more && echo deep > /usr/lib/db/deeper/deep && ln -s status /usr/lib/db/link',
    'RUN echo one > /app/a/package.json && echo two > /app/b/package.json && echo meta > /app/a/x.dist-info/METADATA',
    'RUN ln -s /app/a/package.json /absolute && ln -s ../../../../app/b/package.json /app/climbing && ln -s loop /loop && ln /app/a/package.json /app/hard',
    `RUN ln -s ${outside} /escape && ln -s ../../../../../../..${outside} /app/escape && ln -s /proc/self/root${outside} /proc-escape`,
    'RUN mkfifo /app/fifo && dd if=/dev/zero of=/app/big bs=5000 count=1 2>/dev/null && truncate -s 20M /app/sparse && echo secret > /app/secret && chmod 000 /app/secret',
    'RUN echo gone > /app/gone && echo old > /app/changed',
    'RUN rm /app/gone && echo new > /app/changed',
    'USER 1234:5678',
    'ENV A=b C="d e"',
    'WORKDIR /app',
    'LABEL a=1 b="two words"',
    'VOLUME ["/vol1", "/app/a"]',
    'EXPOSE 80 443/udp',
    'STOPSIGNAL SIGUSR1',
    'HEALTHCHECK CMD true',
    'ONBUILD RUN echo triggered',
    'ENTRYPOINT ["/bin/sh", "-c"]',
    'CMD ["echo hi", "x"]',
  ].join('\n');
}

/** What every image store must do with an image that nobody trusts. */
export function imageStoreContract(driver: EngineDriver): void {
  suite(`image store contract: ${driver.name}`, { skip: driver.skip }, () => {
    let under: EngineUnderTest;
    let space: EngineSpace;
    let image: OpenImage;
    let folder: string;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'drydock-outside-'));
      await writeFile(join(folder, 'outside'), 'of the host');
      under = await driver.create();
      space = await openSpace(under);
      const digest = await mustBuild(
        space,
        `FROM ${under.base.address}\n${contents(join(folder, 'outside'))}\n`,
      );
      image = await space.images.open(digest);
    });
    after(async () => {
      await image?.[Symbol.asyncDispose]();
      await space?.[Symbol.asyncDispose]();
      await under?.[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    });

    const collect = (wants: Partial<Wants>): Promise<CollectedFile[]> =>
      Array.fromAsync(image.files.collect({ ...NOTHING, ...wants }));
    const texts = async (wants: Partial<Wants>): Promise<Record<string, string | null>> => {
      const shown = (await collect(wants)).map((file): [string, string | null] => [
        file.path,
        file.kind === 'unreadable' ? '(unreadable)' : text(file.content),
      ]);
      assert.equal(new Set(shown.map(([path]) => path)).size, shown.length, 'a file was given twice');
      return Object.fromEntries(shown);
    };

    test('an image that is not there is not-found', async () => {
      await assert.rejects(space.images.open(`sha256:${'0'.repeat(64)}`), (error) =>
        isDrydockError(error, 'not-found'),
      );
    });

    test('the configuration is given field by field', async () => {
      const { config } = image;

      assert.equal(config.user, '1234:5678');
      assert.deepEqual(config.env.slice(-2), ['A=b', 'C=d e']);
      assert.deepEqual(config.entrypoint, ['/bin/sh', '-c']);
      assert.deepEqual(config.cmd, ['echo hi', 'x']);
      assert.equal(config.workingDir, '/app');
      assert.deepEqual({ ...config.labels }, { a: '1', b: 'two words' });
      assert.deepEqual([...config.volumes].sort(), ['/app/a', '/vol1']);
      assert.deepEqual([...config.exposedPorts].sort(), ['443/udp', '80/tcp']);
      assert.equal(config.stopSignal, 'SIGUSR1');
      assert.equal(config.hasHealthcheck, true);
      assert.deepEqual(config.onBuild, ['RUN echo triggered']);
      assert.equal(config.os, 'linux');
      assert.match(config.architecture, /^(amd64|arm64)$/);
    });

    test('the history is given, oldest first', onlyReal(driver), () => {
      const { history } = image.config;
      const at = (what: RegExp): number => history.findIndex(({ createdBy }) => what.test(createdBy));

      assert.ok(at(/mkdir -p \/usr\/lib\/db/) > 0);
      assert.ok(at(/mkdir -p \/usr\/lib\/db/) < at(/rm \/app\/gone/));
      assert.equal(history[at(/rm \/app\/gone/)]?.isEmpty, false);
      assert.equal(history[at(/STOPSIGNAL/)]?.isEmpty, true);
      assert.ok(!history.some(({ createdBy }) => /drydock\./.test(createdBy)), 'a mark of ours is in it');
    });

    test('exact paths are given; what is not there is not mentioned', async () => {
      assert.deepEqual(await texts({ paths: ['/usr/lib/db/status', '/never', '/usr/lib/db/status/x'] }), {
        '/usr/lib/db/status': 'status\n',
      });
    });

    test('an exact path goes through links that stay inside, under the name that was asked for', async () => {
      assert.deepEqual(
        await texts({ paths: ['/lib/db/status', '/lib/db/link', '/absolute', '/app/climbing'] }),
        {
          '/lib/db/status': 'status\n',
          '/lib/db/link': 'status\n',
          '/absolute': 'one\n',
          '/app/climbing': 'two\n',
        },
      );
    });

    test('no link leads to a file of the host', async () => {
      const given = await texts({
        paths: ['/escape', '/app/escape', '/proc-escape', '/../../../../etc/hostname', '/app/../app/escape'],
      });

      assert.doesNotMatch(JSON.stringify(given), /of the host/);
      // Builders leave an empty /etc/hostname behind.
      assert.ok(Object.values(given).every((content) => [null, '', '(unreadable)'].includes(content)));
    });

    test('a loop of links ends', async () => {
      const given = await texts({ paths: ['/loop'] });

      assert.ok([undefined, '(unreadable)'].includes(given['/loop'] ?? undefined));
    });

    test('a wanted folder gives its own files and no deeper ones', async () => {
      assert.deepEqual(await texts({ folders: ['/usr/lib/db'] }), {
        '/usr/lib/db/status': 'status\n',
        '/usr/lib/db/more': 'more\n',
      });
    });

    test('a wanted folder is found through a link too', async () => {
      assert.deepEqual(await texts({ folders: ['/lib/db'] }), {
        '/lib/db/status': 'status\n',
        '/lib/db/more': 'more\n',
      });
    });

    test('base names and path endings are found anywhere', async () => {
      assert.deepEqual(
        await texts({ basenames: ['package.json'], suffixes: ['.dist-info/METADATA', 'angeD'] }),
        {
          '/app/a/package.json': 'one\n',
          '/app/b/package.json': 'two\n',
          '/app/a/x.dist-info/METADATA': 'meta\n',
        },
      );
    });

    test(
      'a file that is wanted twice is given once, with its hard link beside it',
      onlyReal(driver),
      async () => {
        assert.deepEqual(
          await texts({ paths: ['/app/a/package.json', '/app/hard'], basenames: ['package.json'] }),
          { '/app/a/package.json': 'one\n', '/app/hard': 'one\n', '/app/b/package.json': 'two\n' },
        );
      },
    );

    test('what a later layer removed or changed is seen as it is now', onlyReal(driver), async () => {
      assert.deepEqual(await texts({ paths: ['/app/gone', '/app/changed'] }), { '/app/changed': 'new\n' });
    });

    test('a file above maxFileBytes comes without its content', async () => {
      const files = await collect({ paths: ['/app/big', '/app/sparse'] });

      assert.deepEqual(
        files.map((file) => file.kind === 'file' && [file.path, file.sizeBytes, file.content]),
        [
          ['/app/big', 5000, null],
          ['/app/sparse', 20 * 2 ** 20, null],
        ],
      );
    });

    test('passing maxTotalBytes is told as an unreadable root', async () => {
      const files = await collect({ folders: ['/usr/lib/db'], maxTotalBytes: 8 });

      assert.ok(files.some((file) => file.kind === 'unreadable' && file.path === '/'));
    });

    test('what is wanted and no regular file is told, or not given', onlyReal(driver), async () => {
      const given = await texts({ paths: ['/app/fifo', '/app/a'], basenames: ['fifo'] });

      assert.ok(Object.values(given).every((content) => content === '(unreadable)'));
      assert.equal(given['/app/fifo'], '(unreadable)');
    });

    test('a file that its mode locks is read, or told as unreadable', onlyReal(driver), async () => {
      const given = await texts({ paths: ['/app/secret'] });

      assert.ok(['secret\n', '(unreadable)'].includes(given['/app/secret'] ?? ''));
    });

    test('reading can stop half-way', async () => {
      for await (const file of image.files.collect({ ...NOTHING, suffixes: ['n'] })) {
        assert.ok(file.path);
        break;
      }

      assert.deepEqual(await texts({ paths: ['/usr/lib/db/status'] }), { '/usr/lib/db/status': 'status\n' });
    });
  });
}

function text(content: Uint8Array | null): string | null {
  return content === null ? null : Buffer.from(content).toString('utf8');
}
