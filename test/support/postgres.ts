import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, globSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Why there is no real PostgreSQL to test on, or false. */
export const noPostgres: string | false =
  binFolder() === undefined && 'no PostgreSQL server here: apt-get install postgresql';

/** A PostgreSQL server of one test file: in a folder of its own, on a free port, gone when disposed. */
export interface TestPostgres extends AsyncDisposable {
  /** A new database, empty or a copy of `template`, as a URL. */
  createDatabase(template?: string): Promise<string>;
  /** Stops it as an operator would in a hurry (connections are cut) and starts it again on the same port. */
  restart(downMs: number): Promise<void>;
}

/** Starts Debian's PostgreSQL. It refuses to run as root, so then it runs as the user `postgres`. Takes about 2 s. */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = binFolder();
  if (bin === undefined) throw new Error(String(noPostgres));
  const folder = mkdtempSync(join(tmpdir(), 'drydock-postgres-'));
  const user = serverUser();
  chmodSync(folder, 0o755);
  const home = join(folder, 'home');
  const data = join(home, 'data');
  mkdirSync(home);
  if (user !== undefined) chownSync(home, user.uid, user.gid);
  run(join(bin, 'initdb'), [
    '-D',
    data,
    '-U',
    'drydock',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '-N',
  ]);
  const port = await freePort();
  let server = await start();
  const onExit = (): void => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.on('exit', onExit);
  let count = 0;

  function run(program: string, args: readonly string[]): void {
    const result = spawnSync(program, args, { ...user, cwd: home, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`${program}: ${result.stderr}`);
  }

  async function start(): Promise<ReturnType<typeof spawn>> {
    const settings = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'max_connections=200'];
    const args = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', home];
    const child = spawn(join(bin ?? '', 'postgres'), [...args, ...settings.flatMap((it) => ['-c', it])], {
      ...user,
      cwd: home,
      stdio: 'ignore',
    });
    for (let tries = 0; tries < 200; tries += 1) {
      if (await answers(urlOf('postgres'))) return child;
      await sleep(50);
    }
    child.kill('SIGKILL');
    throw new Error('PostgreSQL did not start within 10 s.');
  }

  function urlOf(database: string): string {
    return `postgres://drydock@127.0.0.1:${port}/${database}`;
  }

  async function stop(): Promise<void> {
    const ended = new Promise((resolve) => server.once('exit', resolve));
    // SIGINT is PostgreSQL's fast shutdown; it goes to the server's main process only.
    server.kill('SIGINT');
    await ended;
  }

  return {
    createDatabase: async (template) => {
      count += 1;
      const name = `test_${count}`;
      const from = template === undefined ? 'template1' : new URL(template).pathname.slice(1);
      await query(urlOf('postgres'), `CREATE DATABASE ${name} TEMPLATE ${from}`);
      return urlOf(name);
    },
    restart: async (downMs) => {
      await stop();
      await sleep(downMs);
      server = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      process.off('exit', onExit);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function binFolder(): string | undefined {
  return globSync('/usr/lib/postgresql/*/bin')
    .sort()
    .reverse()
    .find((folder) => existsSync(join(folder, 'initdb')));
}

function serverUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    await query(url, 'SELECT 1');
    return true;
  } catch {
    return false;
  }
}

/** One statement on a connection of its own. */
export async function query(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client(url);
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}
