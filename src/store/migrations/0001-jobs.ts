/**
 * Jobs, what happened to them, their reports, tokens, remembered submissions.
 * `seq` is the order of creation and the key of paging. `queue_seq` is the place in the queue. `tries` counts the
 * attempts since the submitter last asked for one; `attempt` counts all and is the fencing token. JSON is kept as text:
 * as `JSON.stringify` writes it, it holds neither NUL nor lone surrogates, which PostgreSQL would refuse. No index
 * is on what a heartbeat writes: such updates stay within the page (HOT) and leave nothing to vacuum.
 */
export const JOBS = `
CREATE SEQUENCE job_queue_seq;

CREATE TABLE jobs (
  seq bigint GENERATED ALWAYS AS IDENTITY,
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (char_length(name) <= 50),
  description text NOT NULL CHECK (char_length(description) <= 100),
  dockerfile text NOT NULL,
  payload_digest text NOT NULL CHECK (payload_digest ~ '^sha256:[0-9a-f]{64}$'),
  has_context boolean NOT NULL,
  status text NOT NULL CHECK (status IN ('init', 'processing', 'success', 'failed', 'error', 'canceled')),
  stage text CHECK (char_length(stage) <= 20),
  performance double precision CHECK (performance > '-Infinity' AND performance < 'Infinity'),
  hardening double precision CHECK (hardening >= 0 AND hardening <= 100),
  reason text,
  attempt integer NOT NULL DEFAULT 1 CHECK (attempt >= 1),
  tries integer NOT NULL DEFAULT 1 CHECK (tries >= 1 AND tries <= attempt),
  is_cancel_requested boolean NOT NULL DEFAULT false,
  last_event_id bigint NOT NULL DEFAULT 0,
  queue_seq bigint NOT NULL DEFAULT nextval('job_queue_seq'),
  ready_at timestamptz NOT NULL DEFAULT now(),
  worker_id text,
  heartbeat_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  finished_at timestamptz,
  CHECK ((status IN ('success', 'failed', 'error', 'canceled')) = (finished_at IS NOT NULL)),
  CHECK ((status = 'processing') = (worker_id IS NOT NULL)),
  CHECK ((status = 'processing') = (heartbeat_at IS NOT NULL))
);
CREATE UNIQUE INDEX jobs_by_seq ON jobs (seq);
CREATE INDEX jobs_by_status ON jobs (status, seq);
CREATE INDEX jobs_waiting ON jobs (queue_seq) WHERE status = 'init';
CREATE INDEX jobs_held ON jobs (id) WHERE status = 'processing';

CREATE TABLE job_contexts (
  job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  part integer NOT NULL,
  content text NOT NULL,
  PRIMARY KEY (job_id, part)
);
ALTER TABLE job_contexts ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE job_events (
  job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  id bigint NOT NULL CHECK (id >= 1),
  attempt integer NOT NULL,
  at timestamptz NOT NULL,
  data text NOT NULL,
  PRIMARY KEY (job_id, id)
);

CREATE TABLE job_reports (
  job_id uuid NOT NULL REFERENCES jobs ON DELETE CASCADE,
  attempt integer NOT NULL,
  report text NOT NULL,
  PRIMARY KEY (job_id, attempt)
);

CREATE TABLE tokens (
  id uuid PRIMARY KEY,
  name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  role text NOT NULL CHECK (role IN ('submitter', 'admin')),
  hash text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
  created_at timestamptz NOT NULL,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);

CREATE TABLE idempotency_keys (
  token_id text NOT NULL,
  key text NOT NULL,
  payload_digest text NOT NULL,
  job_id uuid,
  claimed_at timestamptz NOT NULL,
  PRIMARY KEY (token_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (claimed_at);
`;
