import { access, constants, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readAptSources, securityArchives } from '../../advisories/debian/apt-sources.ts';
import { createSuiteCache } from '../../advisories/debian/suite-cache.ts';
import { systemClock } from '../../core/clock.ts';
import { openPostgres } from '../../store/postgres-database.ts';
import { openBaseCatalogue } from '../base-catalogue.ts';
import type { ResolvedConfig } from '../config.ts';
import { createEngine } from '../engine.ts';
import { type Check, type Finding, ok } from './diagnosis.ts';

const GIB = 2 ** 30;
const LEAST_FREE_BYTES = 2 * GIB;
const ENOUGH_FREE_BYTES = 10 * GIB;
const OLD_BASE_DAYS = 30;
const OLD_ADVISORIES_DAYS = 7;
const DAY_MS = 86_400_000;

const database: Check = {
  name: 'database',
  disables: 'the service: drydock serve',
  remedy: '',
  run: async ({ databaseUrl, dataDir }) => {
    if (databaseUrl !== null) {
      await using server = openPostgres(databaseUrl, () => undefined);
      const [row] = await server.query('SELECT version() AS version');
      return ok(String(row?.['version'] ?? 'PostgreSQL').split(' on ')[0] ?? 'PostgreSQL');
    }
    const folder = await nearestFolder(dataDir);
    const isWritable = await access(folder, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (isWritable) return ok(`embedded, in ${dataDir} (DATABASE_URL names a PostgreSQL instead)`);
    return {
      status: 'missing',
      detail: `${folder} cannot be written`,
      remedy: 'set DRYDOCK_DATA_DIR to a folder of yours, or DATABASE_URL',
    };
  },
};

const bases: Check = {
  name: 'base images',
  disables: 'a fast first job: a base that is missing is built or pulled when FROM first names it',
  remedy: 'drydock base build debian:bookworm-slim',
  run: async (config) => {
    const store = (await createEngine(config)).bases;
    const catalogue = await openBaseCatalogue({ config, store, clock: systemClock });
    const rows = (await catalogue.list()).filter(({ image }) => image !== null);
    const old = rows.filter(({ ageDays }) => (ageDays ?? 0) > OLD_BASE_DAYS);
    const names = rows.map(({ name, ageDays }) => `${name} (${ageDays} days)`).join(', ');
    if (rows.length === 0) return { status: 'degraded', detail: 'none is here yet' };
    const [first] = old;
    if (first === undefined) return ok(names);
    const verb = first.kind === 'registry' ? 'pull' : 'build';
    return {
      status: 'degraded',
      detail: `older than ${OLD_BASE_DAYS} days: ${old.map(({ name }) => name).join(', ')}`,
      disables: 'security fixes since: scans will say which',
      remedy: `drydock base ${verb} ${first.name}`,
    };
  },
};

const advisories: Check = {
  name: 'advisory data',
  disables: 'scanning Debian images: the gate treats them as not scanned',
  remedy: 'set DRYDOCK_DEBIAN_SECURITY_URL to a mirror of debian-security',
  run: async ({ cacheDir, debianSecurityUrl, isOffline }) => {
    const named = debianSecurityUrl?.replace(/\/+$/, '');
    const archives = named === undefined ? securityArchives(await readAptSources()) : [named];
    if (archives.length === 0) return { status: 'missing', detail: 'no archive of Debian security is known' };
    const cache = createSuiteCache(join(cacheDir, 'debian-security'));
    const wanted = archives.flatMap((archive) =>
      ['bookworm-security', 'trixie-security'].map((name) => cache.read(archive, name)),
    );
    const kept = (await Promise.all(wanted)).filter((suite) => suite !== undefined);
    if (kept.length === 0) return noAdvisories(isOffline);
    const detail = kept.map(({ name, fetchedAt }) => `${name}, fetched ${fetchedAt.slice(0, 16)}`).join('; ');
    const youngest = Math.max(...kept.map(({ fetchedAt }) => Date.parse(fetchedAt)));
    if (Date.now() - youngest < OLD_ADVISORIES_DAYS * DAY_MS) return ok(detail);
    return {
      status: 'degraded',
      detail,
      disables: 'knowing of what was published since; the next scan fetches it',
      remedy: isOffline ? 'unset DRYDOCK_OFFLINE' : '',
    };
  },
};

function noAdvisories(isOffline: boolean): Finding {
  return isOffline
    ? {
        status: 'missing',
        detail: 'none is here, and Drydock is set to be offline',
        remedy: 'unset DRYDOCK_OFFLINE',
      }
    : {
        status: 'degraded',
        detail: 'none is here yet',
        disables: 'nothing: the first scan fetches it',
        remedy: '',
      };
}

const disk: Check = {
  name: 'disk',
  disables: 'builds: their layers need room',
  remedy: '',
  run: async ({ engineDir, cacheDir }) => {
    const rooms = await Promise.all([engineDir, cacheDir].map(measure));
    const detail = rooms.map(
      ({ folder, freeBytes }) => `${(freeBytes / GIB).toFixed(1)} GiB free in ${folder}`,
    );
    const least = Math.min(...rooms.map(({ freeBytes }) => freeBytes));
    const remedy = 'free some, or move DRYDOCK_ENGINE_DIR and DRYDOCK_CACHE_DIR to a larger disk';
    if (least >= ENOUGH_FREE_BYTES) return ok(detail.join(', '));
    return { status: least < LEAST_FREE_BYTES ? 'missing' : 'degraded', detail: detail.join(', '), remedy };
  },
};

async function measure(path: string): Promise<{ readonly folder: string; readonly freeBytes: number }> {
  const { bavail, bsize } = await statfs(await nearestFolder(path));
  return { folder: path, freeBytes: bavail * bsize };
}

/** The folder itself, or the nearest one above it that is there already. */
async function nearestFolder(path: ResolvedConfig['dataDir']): Promise<string> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  return isThere || path === dirname(path) ? path : await nearestFolder(dirname(path));
}

export const STATE_CHECKS: readonly Check[] = [database, bases, advisories, disk];
