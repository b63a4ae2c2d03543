export interface Clock {
  now(): Date;
}

/** Names are dotted and of low cardinality: never an id. */
export interface Metrics {
  count(name: string, value?: number): void;
  timing(name: string, milliseconds: number): void;
  gauge(name: string, value: number): void;
}
