import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findSecrets } from '../advisories/secrets/find-secrets.ts';
import { systemClock } from '../core/clock.ts';
import { DrydockError } from '../core/errors.ts';
import type { ImageConfig, ImageFiles } from '../core/ports.ts';
import { createFolderFiles } from '../image/folder-files.ts';
import { isOciLayout, openArchive } from '../image/open-archive.ts';
import { takeInventory } from '../inventory/take-inventory.ts';
import { matchAll } from '../pipeline/steps/scan.ts';
import type { Policy } from '../policy/policy.ts';
import type { ScanDocument } from '../report/document.ts';
import { createAdvisories } from './advisories.ts';
import { openBaseCatalogue } from './base-catalogue.ts';
import type { ResolvedConfig } from './config.ts';
import { createEngine } from './engine.ts';
import { VERSION } from './version.ts';

/** Something that can be scanned, opened. */
export interface ScanTarget extends AsyncDisposable {
  readonly files: ImageFiles;
  /** Of an image; a plain root filesystem has none. */
  readonly config: ImageConfig;
}

const NO_CONFIG: ImageConfig = {
  user: '',
  env: [],
  entrypoint: [],
  cmd: [],
  workingDir: '',
  labels: {},
  volumes: [],
  exposedPorts: [],
  stopSignal: '',
  hasHealthcheck: false,
  onBuild: [],
  architecture: '',
  os: '',
  history: [],
};

/**
 * Opens what `target` names: a file or an OCI layout is an image archive, another folder a root filesystem; what is no path
 * is the name of an image, from the catalogue or, where the policy lets it, pulled. Throws `file-unreadable`, `base-unavailable`, `input-invalid`.
 */
export async function openScanTarget(
  target: string,
  { config, policy, cwd }: { readonly config: ResolvedConfig; readonly policy: Policy; readonly cwd: string },
): Promise<ScanTarget> {
  const path = resolve(cwd, target);
  const found = await stat(path).catch(() => null);
  if (found?.isFile() === true || (found?.isDirectory() === true && (await isOciLayout(path))))
    return openArchive(path);
  if (found?.isDirectory() === true) {
    return {
      files: createFolderFiles(path),
      config: NO_CONFIG,
      [Symbol.asyncDispose]: async () => undefined,
    };
  }
  if (found !== null || /^[./]/.test(target)) {
    throw new DrydockError(
      'file-unreadable',
      `An image’s name, an image archive, or the folder of a root filesystem was expected, got ${target}, which is none.`,
    );
  }
  return openImageByName(target, config, policy);
}

async function openImageByName(name: string, config: ResolvedConfig, policy: Policy): Promise<ScanTarget> {
  const engine = await createEngine(config);
  const catalogue = await openBaseCatalogue({ config, store: engine.bases, clock: systemClock });
  const resolution = await catalogue.resolve(name, policy.bases);
  if (resolution.kind === 'refused') throw new DrydockError('input-invalid', resolution.message);
  const space = await engine.openSpace(`scan-${randomUUID()}`);
  try {
    const image = await space.images.open(resolution.image.digest);
    return {
      files: image.files,
      config: image.config,
      [Symbol.asyncDispose]: async () => {
        await image[Symbol.asyncDispose]();
        await space[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await space[Symbol.asyncDispose]();
    throw error;
  }
}

/** What is inside the target and what is known against it. */
export async function scanTarget(
  target: string,
  opened: ScanTarget,
  { config, signal }: { readonly config: ResolvedConfig; readonly signal: AbortSignal },
): Promise<ScanDocument> {
  const advisories = await createAdvisories(config);
  const inventory = await takeInventory(opened.files);
  const [known, secrets] = await Promise.all([
    matchAll(inventory, { deps: { advisories }, signal }),
    findSecrets(opened),
  ]);
  return {
    target,
    inventory,
    scan: { ...known, notes: [...known.notes, ...secrets.notes], secrets: secrets.secrets },
    version: VERSION,
  };
}

/** Only what is inside. */
export async function inventoryOf(opened: ScanTarget): Promise<ScanDocument['inventory']> {
  return takeInventory(opened.files);
}
