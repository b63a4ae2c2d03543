import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { isDigest } from '../../src/core/digest.ts';
import { isDrydockError } from '../../src/core/errors.ts';
import { type EngineDriver, type EngineUnderTest, onlyReal, suiteOptions } from './engine-driver.ts';
import { MIB, mustBuild, openSpace, tryBuild } from './kit.ts';
import { writeContext } from './write-context.ts';

/** What no program that an engine starts may see of this process. */
const CANARY = 'canary-of-the-builder-contract';

/** What every builder must do with a Dockerfile that nobody trusts. */
export function builderContract(driver: EngineDriver): void {
  suite(`builder contract: ${driver.name}`, suiteOptions(driver), () => {
    let under: EngineUnderTest;
    let from: string;

    before(async () => {
      process.env['DRYDOCK_CANARY'] = CANARY;
      under = await driver.create();
      from = `FROM ${under.base.address}`;
    });
    after(async () => {
      delete process.env['DRYDOCK_CANARY'];
      await under?.[Symbol.asyncDispose]();
    });

    test('a Dockerfile that builds gives an image by digest, with its size', async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(space, `${from}\nRUN true\n`);

      assert.equal(outcome.status, 'built');
      assert.ok(outcome.status === 'built' && isDigest(outcome.image) && outcome.sizeBytes > 0);
    });

    test('a RUN that fails is an outcome with its exit status and its last words', async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(space, `${from}\nRUN echo the reason >&2; exit 7\n`);

      assert.equal(outcome.status, 'failed');
      assert.ok(outcome.status === 'failed');
      assert.equal(outcome.exitCode, 7);
      assert.match(outcome.message, /the reason/);
    });

    test('a COPY of what is not there is an outcome', async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(space, `${from}\nCOPY nothing-of-this-name /\n`);

      assert.equal(outcome.status, 'failed');
      assert.match(outcome.status === 'failed' ? outcome.message : '', /nothing-of-this-name/);
    });

    test('a text that is no Dockerfile is an outcome', async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(space, `${from}\nNOSUCHINSTRUCTION x\n`);

      assert.equal(outcome.status, 'failed');
    });

    test('a build is stopped at timeoutMs', async () => {
      await using space = await openSpace(under);
      const since = performance.now();

      const { outcome } = await tryBuild(space, `${from}\nRUN sleep 100\n`, { limits: { timeoutMs: 2_000 } });

      assert.deepEqual(outcome, { status: 'timed-out', timeoutMs: 2_000 });
      assert.ok(performance.now() - since < 20_000);
    });

    test('an abort kills the build and rejects with its reason', async () => {
      const reason = new Error('nobody wants it any more');
      const abort = new AbortController();
      await using space = await openSpace(under);

      const building = tryBuild(space, `${from}\nRUN echo started; sleep 100\n`, {
        signal: abort.signal,
        onLog: ({ text }) => text === 'started' && abort.abort(reason),
      });

      await assert.rejects(building, (error) => error === reason);
    });

    test('an abort before the start builds nothing', async () => {
      const reason = new Error('too late');
      await using space = await openSpace(under);

      await assert.rejects(
        tryBuild(space, `${from}\nRUN true\n`, { signal: AbortSignal.abort(reason) }),
        (error) => error === reason,
      );
    });

    test('the output comes line by line, in order, marked as the build’s', async () => {
      await using space = await openSpace(under);

      const { lines } = await tryBuild(
        space,
        `${from}\nRUN i=0; while [ $i -lt 20 ]; do i=$((i+1)); echo "line $i"; done; printf 'one '; sleep 1; printf 'piece'\n`,
      );

      const shown = lines.filter(({ text }) => /^(line \d+|one.*|piece)$/.test(text));
      assert.deepEqual(
        shown.map(({ text }) => text),
        [...Array.from({ length: 20 }, (_, index) => `line ${index + 1}`), 'one piece'],
      );
      assert.ok(shown.every(({ stage, stream }) => stage === 'build' && stream === 'stdout'));
    });

    test('a build that prints too much is stopped', async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(space, `${from}\nRUN yes\n`, { limits: { maxOutputBytes: 65_536 } });

      assert.deepEqual(outcome, { status: 'output-exceeded', maxOutputBytes: 65_536 });
    });

    test('a build that needs too much memory is stopped and said to', onlyReal(driver), async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(
        space,
        `${from}\nRUN dd if=/dev/zero of=/dev/null bs=400M count=1\n`,
      );

      assert.deepEqual(outcome, { status: 'out-of-memory', memoryBytes: 128 * MIB });
    });

    test('layers that are too large together are refused', onlyReal(driver), async () => {
      await using space = await openSpace(under);
      const write = (name: string): string => `RUN dd if=/dev/zero of=/${name} bs=1M count=15 2>/dev/null\n`;

      const { outcome } = await tryBuild(space, `${from}\n${write('a')}${write('b')}${write('c')}`, {
        limits: { diskBytes: 32 * MIB },
      });

      assert.deepEqual(outcome, { status: 'disk-exceeded', diskBytes: 32 * MIB });
    });

    test('a step that fills the disk is stopped while it runs', onlyReal(driver), async () => {
      await using space = await openSpace(under);
      const since = performance.now();

      const { outcome } = await tryBuild(
        space,
        `${from}\nRUN for name in a b c; do dd if=/dev/zero of=/$name bs=1M count=20 2>/dev/null; done; sleep 30\n`,
        { limits: { diskBytes: 32 * MIB } },
      );

      assert.deepEqual(outcome, { status: 'disk-exceeded', diskBytes: 32 * MIB });
      assert.ok(performance.now() - since < 20_000, 'it was not stopped');
    });

    test('the number of processes is bounded, or it is said that it is not', onlyReal(driver), async () => {
      await using space = await openSpace(under);

      const { outcome, isolation, text } = await tryBuild(
        space,
        `${from}\nRUN i=0; while [ $i -lt 300 ]; do i=$((i+1)); sleep 3 & done; wait; echo all were started\n`,
      );

      if (outcome.status !== 'built') return;
      const isSaid = isolation.degraded.some((line) => /process/i.test(line));
      assert.ok(isSaid || !/all were started/.test(text), '300 processes were started, 64 were allowed');
    });

    test('RUN has no network', onlyReal(driver), async () => {
      await using space = await openSpace(under);

      const { outcome, text } = await tryBuild(
        space,
        `${from}\nRUN tail -n +3 /proc/net/dev | cut -d: -f1; ! nc -w 2 1.1.1.1 53 </dev/null\n`,
      );

      assert.equal(outcome.status, 'built', text);
      assert.doesNotMatch(text, /^ *(eth|tap|ens|enp|wlan|veth|slirp)/m);
    });

    test('no registry is asked for an image that is not there', onlyReal(driver), async () => {
      await using space = await openSpace(under);
      const since = performance.now();

      const { outcome } = await tryBuild(space, 'FROM docker.io/library/no-base-of-ours:1\nRUN true\n');

      assert.equal(outcome.status, 'failed');
      assert.ok(performance.now() - since < 15_000);
    });

    test('COPY --from asks no registry either', onlyReal(driver), async () => {
      await using space = await openSpace(under);

      const { outcome } = await tryBuild(
        space,
        `${from}\nCOPY --from=docker.io/library/no-base-of-ours:1 /etc/passwd /stolen\n`,
      );

      assert.equal(outcome.status, 'failed');
    });

    test(
      'RUN sees nothing of our environment, no terminal and an empty input',
      onlyReal(driver),
      async () => {
        await using space = await openSpace(under);

        const { outcome, text } = await tryBuild(
          space,
          `${from}\nRUN env; cat; ! test -t 0 && ! test -t 1 && ! test -t 2\n`,
        );

        assert.equal(outcome.status, 'built', text);
        assert.doesNotMatch(text, new RegExp(CANARY));
      },
    );

    test(
      'the context is there for COPY, and its own Dockerfile is not the one that is built',
      onlyReal(driver),
      async () => {
        await using space = await openSpace(under);
        await using context = await writeContext({
          'greeting.txt': 'from the context\n',
          Dockerfile: 'FROM nowhere\nRUN echo the wrong Dockerfile\n',
        });

        const { outcome, text } = await tryBuild(
          space,
          `${from}\nCOPY . /context/\nRUN cat /context/greeting.txt /context/Dockerfile\n`,
          { contextTar: context.path },
        );

        assert.equal(outcome.status, 'built', text);
        assert.match(text, /^from the context$/m);
        assert.match(text, /^FROM nowhere$/m);
      },
    );

    test('build arguments and a target are heeded', onlyReal(driver), async () => {
      await using space = await openSpace(under);

      const { outcome, text } = await tryBuild(
        space,
        `${from} AS first\nARG WHO\nRUN echo "hello $WHO"\n${from} AS second\nRUN echo never\n`,
        { buildArgs: { WHO: 'world; exit 1' }, target: 'first' },
      );

      assert.equal(outcome.status, 'built', text);
      assert.match(text, /^hello world; exit 1$/m);
      assert.doesNotMatch(text, /^never$/m);
    });

    test('stages build on one another', onlyReal(driver), async () => {
      await using space = await openSpace(under);

      const { outcome, text } = await tryBuild(
        space,
        `${from} AS first\nRUN echo made > /made\nFROM first AS second\nRUN cat /made\n${from}\nCOPY --from=second /made /taken\nRUN cat /taken\n`,
      );

      assert.equal(outcome.status, 'built', text);
      assert.equal(text.match(/^made$/gm)?.length, 2);
    });

    test('an image of one space is unknown in another', async () => {
      await using ours = await openSpace(under);
      await using theirs = await openSpace(under);

      const image = await mustBuild(ours, `${from}\nRUN echo private > /private\n`);

      await assert.rejects(theirs.images.open(image), (error) => isDrydockError(error, 'not-found'));
    });

    test('the same Dockerfile is built anew in each space', onlyReal(driver), async () => {
      const dockerfile = `${from}\nRUN echo "made at $(date +%s%N) by $(head -c 8 /dev/urandom | wc -c)" > /made; echo executed\n`;
      await using first = await openSpace(under);
      await using second = await openSpace(under);
      await tryBuild(first, dockerfile);

      const { text } = await tryBuild(second, dockerfile);

      assert.match(text, /^executed$/m);
    });
  });

  suite(`builder contract, what is left: ${driver.name}`, { skip: driver.skip }, () => {
    let under: EngineUnderTest;
    before(async () => {
      under = await driver.create();
    });
    after(() => under?.[Symbol.asyncDispose]());

    test('nothing is left of any end', onlyReal(driver), async () => {
      {
        await using space = await openSpace(under);
        await tryBuild(space, `FROM ${under.base.address}\nRUN echo kept > /kept\nLABEL a=b\n`);
        await tryBuild(space, `FROM ${under.base.address}\nRUN echo lost > /lost\nRUN exit 1\n`);
        await tryBuild(space, `FROM ${under.base.address}\nRUN echo slow > /slow\nRUN sleep 100\n`, {
          limits: { timeoutMs: 3_000 },
        });
        const abort = AbortSignal.timeout(2_000);
        await tryBuild(space, `FROM ${under.base.address}\nRUN sleep 100\n`, { signal: abort }).catch(
          () => undefined,
        );
      }
      await delay(100);

      assert.deepEqual(await under.leftovers(), []);
    });
  });
}
