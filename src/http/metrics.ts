import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Metrics } from '../core/ports.ts';

/** One answered request. `route` is the template, never the path: paths hold ids. */
export interface ObservedRequest {
  readonly method: string;
  readonly route: string;
  readonly statusCode: number;
  readonly durationMs: number;
}

/** What the HTTP door counts, beside the port that the rest of the house counts by. */
export interface HttpMetrics {
  observe(request: ObservedRequest): void;
  readonly contentType: string;
  /** In Prometheus' text format. */
  render(): Promise<string>;
}

/** A wrong name should not fill the memory: further ones are dropped. */
const MAX_NAMES = 500;
const SECONDS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900];

/**
 * The port's metrics and those of HTTP in one registry of Prometheus. `job.build.time` becomes
 * `drydock_job_build_time_seconds`, a count ends in `_total`. `process` adds those of the Node process.
 */
export function createPrometheusMetrics(options: { readonly process: boolean }): Metrics & HttpMetrics {
  const registry = new Registry();
  if (options.process) collectDefaultMetrics({ register: registry, prefix: 'drydock_' });
  const durations = new Histogram({
    name: 'drydock_http_request_duration_seconds',
    help: 'Of answered requests by route template and class of status, from the first byte of the request to the last of the answer.',
    labelNames: ['method', 'route', 'class'] as const,
    buckets: SECONDS,
    registers: [registry],
  });
  const named = createNamedMetrics(registry);
  return {
    ...named,
    contentType: registry.contentType,
    render: () => registry.metrics(),
    observe: ({ method, route, statusCode, durationMs }) => {
      const labels = { method, route, class: `${Math.floor(statusCode / 100)}xx` };
      durations.observe(labels, durationMs / 1000);
    },
  };
}

function createNamedMetrics(registry: Registry): Metrics {
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const registers = [registry];
  const known = <T>(map: Map<string, T>, name: string, make: () => T): T | undefined => {
    const found = map.get(name);
    if (found !== undefined || counters.size + gauges.size + histograms.size >= MAX_NAMES) return found;
    const made = make();
    map.set(name, made);
    return made;
  };
  return {
    count: (dotted, value = 1) => {
      const name = `${prometheusName(dotted)}_total`;
      known(counters, name, () => new Counter({ name, help: `Count of ${dotted}.`, registers }))?.inc(value);
    },
    timing: (dotted, milliseconds) => {
      const name = `${prometheusName(dotted)}_seconds`;
      const histogram = known(
        histograms,
        name,
        () => new Histogram({ name, help: `Time of ${dotted}.`, buckets: SECONDS, registers }),
      );
      histogram?.observe(milliseconds / 1000);
    },
    gauge: (dotted, value) => {
      const name = prometheusName(dotted);
      known(gauges, name, () => new Gauge({ name, help: `Value of ${dotted}.`, registers }))?.set(value);
    },
  };
}

function prometheusName(dotted: string): string {
  return `drydock_${dotted.replaceAll(/[^A-Za-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '')}`;
}
