import { join } from 'node:path';
import { isDrydockError } from '../core/errors.ts';
import type { BaseStore, Clock } from '../core/ports.ts';
import { createBusyboxMaker } from '../engines/bases/busybox-rootfs.ts';
import { type BaseCatalogue, createBaseCatalogue } from '../engines/bases/catalogue.ts';
import { createDebianMaker } from '../engines/bases/debian-rootfs.ts';
import { createRootfsBuilder } from '../engines/bases/rootfs-builder.ts';
import { createRootfsCache } from '../engines/bases/rootfs-cache.ts';
import { type EngineAccount, findEngineAccount } from '../engines/podman/account.ts';
import { environment, type ResolvedConfig } from './config.ts';
import { findDebianMirrors } from './debian-mirrors.ts';

export type { BaseCatalogue } from '../engines/bases/catalogue.ts';

/** Everybody may enter it, it lies on a disk, and it outlives no more than a reboot. */
const WORK_DIR = '/var/tmp';
const PROXY_VARIABLES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];

/** The catalogue's file, beside the engine's own state; engines cannot write it. */
export function catalogueFile(engineDir: string): string {
  return join(engineDir, 'catalogue.json');
}

export interface OpenCatalogueDeps {
  readonly config: ResolvedConfig;
  readonly store: BaseStore;
  readonly clock: Clock;
}

/** The catalogue of base images of this machine, for the engine that `store` belongs to. */
export async function openBaseCatalogue({ config, store, clock }: OpenCatalogueDeps): Promise<BaseCatalogue> {
  const env = environment();
  const proxies = PROXY_VARIABLES.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const debian = createDebianMaker({
    findMirrors: () => findDebianMirrors(config),
    account: await builderAccount(config.engineAccount),
    workDir: WORK_DIR,
    proxies: Object.fromEntries(proxies),
  });
  const cache = createRootfsCache({ folder: join(config.cacheDir, 'rootfs'), workDir: WORK_DIR });
  const { isOffline } = config;
  const rootfs = createRootfsBuilder({ debian, busybox: createBusyboxMaker(), cache, isOffline });
  return createBaseCatalogue({ store, file: catalogueFile(config.engineDir), rootfs, clock, isOffline });
}

/** The engine's account when this process is root and there is one; null is the user of this process. */
async function builderAccount(name: string): Promise<EngineAccount | null> {
  if (process.getuid?.() !== 0) return null;
  try {
    return await findEngineAccount(name);
  } catch (error) {
    if (isDrydockError(error, 'engine-unavailable')) return null;
    throw error;
  }
}
