import type { BaseImage, Engine } from '../../src/core/ports.ts';

/** One way to have an engine, as the contract suites want it. */
export interface EngineDriver {
  readonly name: string;
  /** Why this driver cannot be tested here, or false. Shown in the report, never silent. */
  readonly skip: string | false;
  /** False for the fake: what only a kernel can keep is not asked of it. */
  readonly isReal: boolean;
  /** How many tests of a suite may run at once. One by one, unless it says more. */
  readonly concurrency?: number;
  /** An engine of its own with the contract's base image in it. */
  create(): Promise<EngineUnderTest>;
}

/** Disposing removes the engine with all that it held. */
export interface EngineUnderTest extends AsyncDisposable {
  readonly engine: Engine;
  /** `test/support/base-image.ts`, imported. */
  readonly base: BaseImage;
  /** A second engine on the same storage, as another process would have it. */
  reopen(): Promise<Engine>;
  /** Images, containers, volumes, processes and mounts that are there beside the bases, a line each. */
  leftovers(): Promise<readonly string[]>;
}

/** How a suite is run for a driver. */
export function suiteOptions({ skip, concurrency = 1 }: EngineDriver): {
  readonly skip: string | false;
  readonly concurrency: number;
} {
  return { skip, concurrency };
}

/** Skips with a reason a test that a fake can't be asked. */
export function onlyReal(driver: EngineDriver): { readonly skip: string | false } {
  return { skip: driver.isReal ? false : 'the fake runs nothing' };
}
