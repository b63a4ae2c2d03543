import { createFakeEngine } from '../../src/engines/fake/engine.ts';
import type { FakeScript } from '../../src/engines/fake/fake-script.ts';
import { importTestBase } from '../support/base-image.ts';
import { baseStoreContract } from './base-store.ts';
import { builderContract } from './builder.ts';
import { engineContract } from './engine.ts';
import type { EngineDriver } from './engine-driver.ts';
import { imageStoreContract } from './image-store.ts';
import { runnerContract } from './runner.ts';

const COUNT = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);

/** What the contract's Dockerfiles would do if somebody ran them. */
const SCRIPTS: readonly (readonly [RegExp, FakeScript])[] = [
  [/exit 7/, { build: { status: 'failed', exitCode: 7, message: 'exit status 7\nthe reason' } }],
  [
    /COPY nothing-of-this-name/,
    { build: { status: 'failed', exitCode: 1, message: 'there is no nothing-of-this-name' } },
  ],
  [/NOSUCHINSTRUCTION/, { build: { status: 'failed', exitCode: 1, message: 'no such instruction' } }],
  [/RUN echo started; sleep 100/, { buildLog: ['started'], buildMs: 100_000 }],
  [/RUN sleep 100/, { buildMs: 100_000 }],
  [/line \$i/, { buildLog: [...COUNT, 'one piece'] }],
  [/RUN yes/, { buildLog: Array<string>(10_000).fill('yes, yes') }],
  [/"exit 3"/, { run: { status: 'exited', exitCode: 3 } }],
  [/exit 1"/, { run: { status: 'exited', exitCode: 1 }, result: '{"perf": 0.99}\n' }],
  [/trap '' TERM INT/, { runMs: 100_000, result: '1\n' }],
  [/echo started; sleep 100"/, { runLog: ['started'], runMs: 100_000 }],
  [/printf d/, { runLog: ['a', 'c d'], runErrors: ['b'] }],
  [/"yes"/, { runLog: Array<string>(10_000).fill('yes, yes') }],
  [/no-such-program/, { run: { status: 'not-started', message: 'there is no /no-such-program' } }],
  [/deeper/, imageScript()],
];

function imageScript(): FakeScript {
  return {
    config: {
      user: '1234:5678',
      env: ['PATH=/bin', 'A=b', 'C=d e'],
      entrypoint: ['/bin/sh', '-c'],
      cmd: ['echo hi', 'x'],
      workingDir: '/app',
      labels: { a: '1', b: 'two words' },
      volumes: ['/vol1', '/app/a'],
      exposedPorts: ['80/tcp', '443/udp'],
      stopSignal: 'SIGUSR1',
      hasHealthcheck: true,
      onBuild: ['RUN echo triggered'],
    },
    files: {
      '/usr/lib/db/status': 'status\n',
      '/usr/lib/db/more': 'more\n',
      '/usr/lib/db/deeper/deep': 'deep\n',
      '/app/a/package.json': 'one\n',
      '/app/b/package.json': 'two\n',
      '/app/a/x.dist-info/METADATA': 'meta\n',
      '/app/big': new Uint8Array(5000),
      '/app/sparse': new Uint8Array(20 * 2 ** 20),
    },
    links: {
      '/lib': 'usr/lib',
      '/usr/lib/db/link': 'status',
      '/absolute': '/app/a/package.json',
      '/app/climbing': '../../../../app/b/package.json',
      '/loop': 'loop',
    },
  };
}

const driver: EngineDriver = {
  name: 'fake',
  skip: false,
  isReal: false,
  async create() {
    const engine = createFakeEngine({
      scripts: (dockerfile) => SCRIPTS.find(([pattern]) => pattern.test(dockerfile))?.[1],
    });
    return {
      engine,
      base: await importTestBase(engine.bases),
      reopen: async () => engine,
      leftovers: async () => [...engine.openSpaces],
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
};

engineContract(driver);
baseStoreContract(driver);
builderContract(driver);
imageStoreContract(driver);
runnerContract(driver);
