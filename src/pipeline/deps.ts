import type { IntakeLimits } from '../core/limits.ts';
import type { Inventory } from '../core/package.ts';
import type { AdvisorySource, BaseImage, Clock, Engine, ImageConfig, ImageFiles } from '../core/ports.ts';
import type { AuditResult } from '../core/report.ts';
import type { Secret } from '../core/vulnerability.ts';
import type { Policy } from '../policy/policy.ts';

/** Which image a FROM is built on. */
export type BaseResolution =
  | {
      readonly kind: 'base';
      readonly image: BaseImage;
      readonly isSubstituted: boolean;
      /** What the report says beside it, e.g. that the base is old. */
      readonly warnings: readonly string[];
    }
  /** `message` says what is allowed and how to allow more. */
  | { readonly kind: 'refused'; readonly message: string };

/** All that the way of one job needs of the world. */
export interface PipelineDeps {
  readonly engine: Engine;
  /** Throws `base-unavailable` when an allowed base can't be had now. */
  readonly resolveBase: (reference: string) => Promise<BaseResolution>;
  readonly audit: (text: string) => Promise<AuditResult>;
  readonly takeInventory: (files: ImageFiles) => Promise<Inventory>;
  readonly findSecrets: (image: {
    readonly files: ImageFiles;
    readonly config: ImageConfig;
  }) => Promise<{ readonly secrets: readonly Secret[]; readonly notes: readonly string[] }>;
  readonly advisories: readonly AdvisorySource[];
  readonly policy: Policy;
  readonly intakeLimits: IntakeLimits;
  readonly clock: Clock;
  /** Of Drydock. */
  readonly version: string;
}
