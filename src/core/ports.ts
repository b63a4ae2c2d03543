/** Every port: what the steps and the doors need of the world, as interfaces. Drivers live in `engines`, `advisories`, `store`. */

export type { AdvisorySource, SignatureVerifier, XzDecoder } from './advisory-ports.ts';
export type { BaseImage, BaseStore } from './base-ports.ts';
export type { Clock, Metrics } from './clock-and-metrics-ports.ts';
export type {
  Builder,
  BuildRequest,
  CollectedFile,
  Engine,
  EngineDescription,
  EngineSpace,
  ImageConfig,
  ImageFiles,
  ImageStore,
  OpenImage,
  Runner,
  RunRequest,
  Wants,
} from './engine-ports.ts';
export type {
  EventLog,
  IdempotencyClaim,
  IdempotencyKey,
  IdempotencyStore,
  JobEnd,
  JobEvent,
  JobEventData,
  JobPage,
  JobQuery,
  JobQueue,
  JobStore,
  NewJob,
  ReportStore,
  TokenStore,
} from './store-ports.ts';
