import type {
  Clock,
  EventLog,
  IdempotencyStore,
  JobStore,
  ReportStore,
  TokenStore,
} from '../../src/core/ports.ts';
import { createMemoryIdempotencyStore } from '../../src/http/memory-idempotency.ts';
import { createMemoryEvents } from './memory-events.ts';
import { createMemoryJobs, type KeptJob } from './memory-jobs.ts';
import { createMemoryTokens } from './memory-tokens.ts';

/** The ports of a store that the HTTP door asks for. */
export interface StorePorts {
  readonly jobs: JobStore;
  readonly reports: ReportStore;
  readonly events: EventLog;
  readonly tokens: TokenStore;
  readonly idempotency: IdempotencyStore;
}

/** They over maps, with the rules of the real store, for tests that open one by the hundred. */
export function createMemoryStore(clock: Clock): StorePorts {
  const kept = new Map<string, KeptJob>();
  const { events, record } = createMemoryEvents(kept, clock);
  return {
    jobs: createMemoryJobs({ kept, clock, record }),
    reports: {
      get: async (id, attempt) => {
        const reports = kept.get(id)?.reports;
        return reports?.get(attempt ?? Math.max(...reports.keys()));
      },
    },
    events,
    tokens: createMemoryTokens(clock),
    idempotency: createMemoryIdempotencyStore(clock),
  };
}
