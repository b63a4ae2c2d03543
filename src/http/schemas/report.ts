import { Type } from 'typebox';
import type { Digest } from '../../core/digest.ts';
import { FINDING_SEVERITIES } from '../../core/finding.ts';
import { STEP_NAMES } from '../../core/outcome.ts';
import type { JobReport } from '../../core/report.ts';
import { VULNERABILITY_SEVERITIES } from '../../core/vulnerability.ts';
import { Reason } from './job.ts';
import { nullable, oneOf, ref } from './ref.ts';

const text = Type.String();
const texts = Type.Array(Type.String());
const digest = Type.Unsafe<Digest>({ type: 'string', pattern: '^sha256:[a-f0-9]{64}$' });
const dateTime = Type.String({ format: 'date-time' });
const durationMs = Type.Number({ minimum: 0 });
const reasons = Type.Array(ref(Reason));
const position = Type.Object({ line: Type.Integer({ minimum: 1 }), column: Type.Integer({ minimum: 1 }) });
const span = Type.Object({ start: position, end: position });

const hardening = Type.Object({
  score: Type.Number({ minimum: 0, maximum: 100 }),
  lynisPenalty: Type.Number({ description: "Lynis's penalty: warnings/10, plus 1 for root." }),
});

const isolation = Type.Object({
  level: oneOf(['L0', 'L1'], { description: 'L0 namespaces, L1 gVisor.' }),
  sandbox: oneOf(['runc', 'gvisor', 'docker', 'fake']),
  engine: text,
  degraded: Type.Array(Type.String(), { description: 'What the host could not enforce.' }),
});

const finding = Type.Object({
  rule: text,
  name: text,
  severity: oneOf(FINDING_SEVERITIES),
  message: text,
  span,
  sources: texts,
  fix: Type.Optional(
    Type.Object({
      safe: Type.Boolean(),
      edits: Type.Array(Type.Object({ span, text })),
      description: Type.Optional(text),
    }),
  ),
});

const audit = Type.Object({ findings: Type.Array(finding), hardening, unchecked: texts });

const build = Type.Object({
  status: oneOf([
    'built',
    'failed',
    'timed-out',
    'out-of-memory',
    'disk-exceeded',
    'output-exceeded',
    'refused',
  ]),
  image: nullable(digest, 'The image by its digest.'),
  sizeBytes: nullable(Type.Integer({ minimum: 0 }), 'Of the image.'),
  network: oneOf(['none', 'open']),
  bases: Type.Array(
    Type.Object({
      named: text,
      used: text,
      digest,
      origin: text,
      isSubstituted: Type.Boolean(),
      line: Type.Integer({ minimum: 1 }),
    }),
  ),
  isolation: nullable(isolation, 'Null when nothing was built.'),
});

const inventory = Type.Object({
  status: oneOf(['complete', 'inconclusive'], { description: '`inconclusive` is never clean.' }),
  notes: texts,
  os: nullable(
    Type.Object({
      id: text,
      versionId: Type.Optional(text),
      codename: Type.Optional(text),
      prettyName: Type.Optional(text),
    }),
    'What /etc/os-release says.',
  ),
  packages: Type.Array(
    Type.Object({
      name: text,
      version: text,
      type: text,
      purl: text,
      foundIn: text,
      source: Type.Optional(Type.Object({ name: text, version: text })),
      architecture: Type.Optional(text),
      licenses: Type.Optional(texts),
    }),
  ),
});

const scan = Type.Object({
  status: oneOf(['scanned', 'not-scanned'], { description: '`not-scanned` is never clean.' }),
  notes: texts,
  sources: Type.Array(Type.Object({ name: text, dataDate: text, fetchedAt: text, isStale: Type.Boolean() })),
  vulnerabilities: Type.Array(
    Type.Object({
      id: text,
      aliases: texts,
      severity: oneOf(VULNERABILITY_SEVERITIES),
      packageName: text,
      packageVersion: text,
      purl: text,
      fixedVersion: Type.Optional(text),
      source: text,
      summary: Type.Optional(text),
      remedy: Type.Optional(text),
    }),
  ),
  secrets: Type.Array(
    Type.Object({
      rule: text,
      title: text,
      location: text,
      line: Type.Optional(Type.Integer({ minimum: 1 })),
      masked: text,
    }),
  ),
});

const gate = Type.Object({
  decision: oneOf(['pass', 'fail']),
  policy: Type.Object({ name: text, digest }),
  reasons,
  warnings: reasons,
});

const run = Type.Object({
  status: oneOf(['exited', 'killed', 'timed-out', 'out-of-memory', 'output-exceeded', 'not-started']),
  exitCode: nullable(Type.Integer(), 'When it exited.'),
  signal: nullable(text, 'When it was killed.'),
  durationMs,
  user: text,
  isolation,
  warnings: texts,
});

const payload = Type.Object({
  digest,
  dockerfileDigest: digest,
  contextDigest: nullable(digest, 'Null without a context.'),
});

const fields = {
  version: Type.Literal(1),
  drydock: Type.String({ description: 'The version of Drydock.' }),
  job: Type.Object({ id: text, name: text, attempt: Type.Integer({ minimum: 1 }) }),
  verdict: Type.Object({
    status: oneOf(['success', 'failed', 'error', 'canceled']),
    reasons,
    warnings: texts,
  }),
  performance: nullable(Type.Number(), "The submitter's own number."),
  hardening: nullable(hardening, 'Null when there was no audit.'),
  startedAt: dateTime,
  finishedAt: dateTime,
  steps: Type.Array(
    Type.Object({
      name: oneOf(STEP_NAMES),
      status: oneOf(['passed', 'failed', 'skipped', 'error', 'canceled']),
      durationMs,
      summary: text,
    }),
  ),
  payload: nullable(payload, 'Null when the payload could not be read.'),
  audit: nullable(audit, 'Null when it did not come to that; so for the parts below.'),
  build: nullable(build, 'What was built, on what.'),
  inventory: nullable(inventory, 'What is inside.'),
  scan: nullable(scan, 'What is known against it.'),
  gate: nullable(gate, "The policy's decision."),
  run: nullable(run, 'How it ran.'),
};

/** The report's shape before it is given the type of core; a test holds the two together. */
export const REPORT_SHAPE = Type.Object(fields, {
  $id: 'JobReport',
  description: 'Everything that is known of one attempt of a job. A stable contract, version 1.',
});

export const ReportOut = Type.Unsafe<JobReport>(REPORT_SHAPE);
