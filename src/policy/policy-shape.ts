import { FINDING_SEVERITIES } from '../core/finding.ts';
import { type BuildLimits, MAX_BUILD_LIMITS, MAX_RUN_LIMITS, type RunLimits } from '../core/limits.ts';
import { VULNERABILITY_SEVERITIES } from '../core/vulnerability.ts';
import { ACTIONS, type Policy, PRESETS } from './policy.ts';
import {
  choice,
  constant,
  dictionary,
  flag,
  type JsonSchema,
  list,
  nullable,
  number,
  object,
  type Shape,
  text,
} from './shape.ts';

const findingThreshold = [...FINDING_SEVERITIES, 'never'] as const;
const vulnerabilityThreshold = [...VULNERABILITY_SEVERITIES, 'never'] as const;
const DAY = 'a day like 2026-12-31, the last on which it holds (UTC)';
const exception = {
  reason: text('Why this is no danger here.'),
  until: text(
    'The last day (UTC) on which it holds.',
    DAY,
    /^20[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])$/,
  ),
};

const audit = object<Policy['audit']>('The findings of the auditor.', {
  failOn: choice('The mildest severity that closes the gate.', findingThreshold),
  allowSuppressions: list(
    'Rules that a Dockerfile may suppress by a comment; "*" is all of them.',
    text('A rule, e.g. DL3008.'),
  ),
  ignore: list(
    'Findings that do not count, until a day.',
    object('', { rule: text('The rule, e.g. DL3008.'), ...exception }),
  ),
});

const vulnerabilities = object<Policy['vulnerabilities']>('What is known against packages.', {
  failOn: choice('The mildest severity that closes the gate; "unknown" means any.', vulnerabilityThreshold),
  onlyFixable: flag('Whether only those count that a newer version mends.'),
  ignore: list(
    'Vulnerabilities that do not count, until a day.',
    object('', {
      id: text('The id or an alias, e.g. CVE-2026-1234.'),
      package: nullable(text('Only in this package.')),
      ...exception,
    }),
  ),
});

const secrets = object<Policy['secrets']>('Keys and passwords left in the image.', {
  fail: flag('Whether one closes the gate.'),
  ignore: list(
    'Secrets that do not count, until a day.',
    object('', {
      rule: text('The rule, e.g. private-key.'),
      location: text('Just where it lies, e.g. /app/test/key.pem.'),
      ...exception,
    }),
  ),
});

const bases = object<Policy['bases']>('The images that FROM may name.', {
  unknown: choice('What becomes of a FROM outside the catalogue.', ['pull', 'refuse', 'substitute']),
  substitutes: dictionary(
    'Which base stands in for which, when "unknown" is "substitute".',
    text('A base of the catalogue, e.g. debian:12.'),
  ),
  staleAfterDays: number('After how many days a base is said to be old.', {
    min: 1,
    max: 3650,
    isInteger: true,
  }),
});

const milliseconds = (max: number): Shape<number> =>
  number('Milliseconds.', { min: 1, max, isInteger: true });
const bytes = (max: number): Shape<number> => number('Bytes.', { min: 1, max, isInteger: true });
const processes = (max: number): Shape<number> => number('Processes.', { min: 1, max, isInteger: true });
const cores = (max: number): Shape<number> => number('Cores.', { min: 0.1, max, isInteger: false });

const buildLimits = object<BuildLimits>('The most that a build may use.', {
  timeoutMs: milliseconds(MAX_BUILD_LIMITS.timeoutMs),
  memoryBytes: bytes(MAX_BUILD_LIMITS.memoryBytes),
  cpus: cores(MAX_BUILD_LIMITS.cpus),
  pids: processes(MAX_BUILD_LIMITS.pids),
  diskBytes: bytes(MAX_BUILD_LIMITS.diskBytes),
  maxOutputBytes: bytes(MAX_BUILD_LIMITS.maxOutputBytes),
});

const runLimits = object<RunLimits>('The most that a run may use.', {
  timeoutMs: milliseconds(MAX_RUN_LIMITS.timeoutMs),
  memoryBytes: bytes(MAX_RUN_LIMITS.memoryBytes),
  cpus: cores(MAX_RUN_LIMITS.cpus),
  pids: processes(MAX_RUN_LIMITS.pids),
  dataBytes: bytes(MAX_RUN_LIMITS.dataBytes),
  tmpBytes: bytes(MAX_RUN_LIMITS.tmpBytes),
  maxOutputBytes: bytes(MAX_RUN_LIMITS.maxOutputBytes),
});

const POLICY = object<Policy>('What may pass, and how it is built and run.', {
  version: constant('The version of this format.', 1),
  name: text('What reports call this policy.'),
  audit,
  vulnerabilities,
  secrets,
  imageChecks: object('What is wrong with the configuration of the built image.', {
    failOn: choice('The mildest severity that closes the gate.', findingThreshold),
  }),
  notScanned: choice('No advisory data could be had for this image.', ACTIONS),
  staleAdvisories: choice('The advisory data is older than it should be.', ACTIONS),
  inventory: object('What is inside the image.', {
    inconclusive: choice('There is a system, but what is installed can’t be told for sure.', ACTIONS),
  }),
  bases,
  build: object('How a Dockerfile is built.', {
    network: choice('What a build may reach.', ['none', 'open']),
    limits: buildLimits,
  }),
  run: object('How the image is run.', {
    sandbox: choice('"auto" is gVisor where there is one.', ['auto', 'gvisor', 'runc']),
    limits: runLimits,
  }),
});

/** Reads a policy's parsed YAML over `fallback`. Throws `policy-invalid`. */
export function readPolicy(value: unknown, fallback: Policy): Policy {
  return POLICY.read(value, '', fallback);
}

/** The policy as JSON Schema, for editors; `extends` included. */
export const POLICY_SCHEMA: JsonSchema = {
  ...POLICY.schema,
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Drydock policy',
  properties: {
    extends: { description: 'The preset that fills in what is left out.', enum: Object.keys(PRESETS) },
    ...POLICY.properties,
  },
};
