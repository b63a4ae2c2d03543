import { systemClock } from '../core/clock.ts';
import { openStore, type Store } from '../store/open-store.ts';
import type { ResolvedConfig } from './config.ts';

/** The store that the configuration names: PostgreSQL, else the embedded database in the data folder. */
export function openStoreFor(
  config: Pick<ResolvedConfig, 'databaseUrl' | 'dataDir' | 'maxAttempts'>,
  onFault: (error: unknown) => void = () => undefined,
): Promise<Store> {
  const { databaseUrl, dataDir, maxAttempts } = config;
  return openStore({ databaseUrl, dataDir, clock: systemClock, maxAttempts, onFault });
}
