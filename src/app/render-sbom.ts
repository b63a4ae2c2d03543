import type { Inventory } from '../core/package.ts';
import { renderCycloneDx } from '../inventory/sbom/cyclonedx.ts';
import { renderSpdx } from '../inventory/sbom/spdx.ts';
import { VERSION } from './version.ts';

/** The forms of a bill of materials. */
export const SBOM_FORMATS = { cyclonedx: renderCycloneDx, spdx: renderSpdx } as const;
export type SbomFormat = keyof typeof SBOM_FORMATS;

/** The bill of materials of something named `name`: the same inventory gives the same bytes. */
export function renderSbom(name: string, inventory: Inventory, format: SbomFormat): string {
  return SBOM_FORMATS[format]({ drydock: VERSION, inventory, build: null, name });
}
