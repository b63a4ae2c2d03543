import { type Digest, digestOf } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { LogLine, ResultFile, RunOutcome } from '../../core/outcome.ts';
import type {
  BaseImage,
  Builder,
  Engine,
  EngineSpace,
  ImageConfig,
  ImageStore,
  Runner,
} from '../../core/ports.ts';
import type { Isolation } from '../../core/report.ts';
import { createFakeBaseStore } from './fake-base-store.ts';
import { createFakeFiles } from './fake-files.ts';
import type { FakeScript, FakeScripts } from './fake-script.ts';
import { doFakeWork, type FakeStop } from './fake-work.ts';

export interface FakeEngineOptions {
  readonly scripts?: FakeScripts;
  readonly bases?: readonly BaseImage[];
  /** What `pull` finds, by reference. */
  readonly registry?: ReadonlyMap<string, BaseImage>;
}

/** The fake with what tests want to know of it. */
export interface FakeEngine extends Engine {
  /** The spaces that are open now. */
  readonly openSpaces: ReadonlySet<string>;
}

const ISOLATION: Isolation = { level: 'L0', sandbox: 'fake', engine: 'fake', degraded: [] };

const PLAIN_CONFIG: ImageConfig = {
  user: '',
  env: [],
  entrypoint: [],
  cmd: ['sh'],
  workingDir: '',
  labels: {},
  volumes: [],
  exposedPorts: [],
  stopSignal: '',
  hasHealthcheck: false,
  onBuild: [],
  architecture: 'amd64',
  os: 'linux',
  history: [],
};

/** An engine that runs nothing and answers by script; for tests of what stands above engines. */
export function createFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const openSpaces = new Set<string>();
  const scripts = options.scripts ?? (() => undefined);
  return {
    name: 'fake',
    openSpaces,
    bases: createFakeBaseStore(options.bases ?? [], options.registry ?? new Map()),
    describe: async () => ({
      name: 'fake',
      version: '1',
      isRootless: true,
      sandboxes: ['fake'],
      degraded: ['nothing is built, run or isolated: this engine is a fake'],
    }),
    async openSpace(id) {
      openSpaces.add(id);
      return createSpace(scripts, () => openSpaces.delete(id));
    },
    async sweep(keep) {
      const dead = [...openSpaces].filter((id) => !keep.includes(id));
      for (const id of dead) openSpaces.delete(id);
      return dead.map((id) => `space ${id}`);
    },
  };
}

type Images = Map<Digest, FakeScript>;

function createSpace(scripts: FakeScripts, onDispose: () => void): EngineSpace {
  const images: Images = new Map();
  return {
    builder: createBuilder(scripts, images),
    images: createImageStore(images),
    runner: createRunner(images),
    async [Symbol.asyncDispose]() {
      images.clear();
      onDispose();
    },
  };
}

function createBuilder(scripts: FakeScripts, images: Images): Builder {
  return {
    async build({ dockerfile, limits, onLog }, signal) {
      signal.throwIfAborted();
      const script = scripts(dockerfile) ?? {};
      if (script.buildError !== undefined) throw script.buildError;
      const lines = toLines('build', 'stdout', script.buildLog);
      const stop = await doFakeWork({ lines, workMs: script.buildMs ?? 0, limits, onLog }, signal);
      if (stop !== null) return { outcome: stop, isolation: ISOLATION };
      if (script.build !== undefined) return { outcome: script.build, isolation: ISOLATION };
      const image = digestOf(`image of ${dockerfile}`);
      images.set(image, script);
      const sizeBytes = script.sizeBytes ?? 1_000_000;
      return { outcome: { status: 'built', image, sizeBytes }, isolation: ISOLATION };
    },
  };
}

function createImageStore(images: Images): ImageStore {
  return {
    async open(image) {
      const script = mustHave(images, image);
      return {
        config: { ...PLAIN_CONFIG, ...script.config },
        files: createFakeFiles(script),
        [Symbol.asyncDispose]: async () => undefined,
      };
    },
  };
}

function createRunner(images: Images): Runner {
  return {
    async run({ image, sandbox, limits, onLog }, signal) {
      signal.throwIfAborted();
      const script = mustHave(images, image);
      if (sandbox === 'gvisor') throw new DrydockError('sandbox-unavailable', 'The fake has no gVisor.');
      if (script.runError !== undefined) throw script.runError;
      const lines = [
        ...toLines('run', 'stdout', script.runLog),
        ...toLines('run', 'stderr', script.runErrors),
      ];
      const workMs = script.runMs ?? 0;
      const stop = await doFakeWork({ lines, workMs, limits, onLog }, signal);
      const outcome: RunOutcome = {
        ...(script.run ?? { status: 'exited', exitCode: 0 }),
        ...(stop satisfies FakeStop | null),
        durationMs: Math.min(workMs, limits.timeoutMs),
        result: toResult(script.result),
      };
      return { outcome, isolation: ISOLATION };
    },
  };
}

function mustHave(images: Images, image: Digest): FakeScript {
  const script = images.get(image);
  if (script !== undefined) return script;
  throw new DrydockError('not-found', `The image ${image} was not built in this space.`);
}

function toLines(
  stage: LogLine['stage'],
  stream: LogLine['stream'],
  texts: readonly string[] = [],
): readonly LogLine[] {
  return texts.map((text) => ({ stage, stream, text }));
}

function toResult(result: FakeScript['result']): ResultFile {
  if (result === undefined) return { kind: 'missing' };
  return typeof result === 'string' ? { kind: 'file', content: Buffer.from(result) } : result;
}
