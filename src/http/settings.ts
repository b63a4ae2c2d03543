/** The numbers and choices of the HTTP door. The application reads them from its configuration. */
export interface HttpSettings {
  /** What /health calls this instance. */
  readonly containerName: string;
  /** Drydock's version. */
  readonly version: string;
  /** Which peers may say whom they speak for (X-Forwarded-For): none, all, or addresses and networks. */
  readonly trustProxy: boolean | readonly string[];
  readonly metricsAccess: 'open' | 'admin' | 'off';
  readonly limits: HttpLimits;
}

export interface HttpLimits {
  readonly requestsPerMinute: number;
  /** Per address, for what needs no token and for what does not exist. */
  readonly anonymousRequestsPerMinute: number;
  /** Per address. Above it, valid tokens are refused too until the minute is over. */
  readonly failedAuthenticationsPerMinute: number;
  /** Of a submission: base64 of a 64 MiB context that did not compress, and the Dockerfile. */
  readonly submissionBytes: number;
  /** A longer body, or one of unknown length, is large. */
  readonly largeBodyBytes: number;
  /** How many large bodies are in memory at once; a token may have one of them. */
  readonly largeBodies: number;
  /** The `dockerfile` field as transported: base64 of gzip of the largest Dockerfile, with room. */
  readonly dockerfileCharacters: number;
  /** A list ends early when its Dockerfiles come to more than this. */
  readonly listCharacters: number;
  /** For a request to arrive completely. */
  readonly requestTimeoutMs: number;
  readonly headersTimeoutMs: number;
  readonly pingTimeoutMs: number;
  readonly eventStreams: number;
  readonly eventStreamsPerToken: number;
  readonly heartbeatMs: number;
  /** A reader of a stream who takes nothing for so long is cut off. */
  readonly stalledReaderMs: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;

export const DEFAULT_HTTP_LIMITS: HttpLimits = {
  requestsPerMinute: 600,
  anonymousRequestsPerMinute: 300,
  failedAuthenticationsPerMinute: 30,
  submissionBytes: 90 * MIB,
  largeBodyBytes: MIB,
  largeBodies: 2,
  dockerfileCharacters: 512 * KIB,
  listCharacters: 8 * MIB,
  requestTimeoutMs: 120_000,
  headersTimeoutMs: 15_000,
  pingTimeoutMs: 2_000,
  eventStreams: 256,
  eventStreamsPerToken: 16,
  heartbeatMs: 15_000,
  stalledReaderMs: 30_000,
};

export const DEFAULT_HTTP_SETTINGS: HttpSettings = {
  containerName: 'drydock',
  version: '0.0.0',
  trustProxy: false,
  metricsAccess: 'open',
  limits: DEFAULT_HTTP_LIMITS,
};
