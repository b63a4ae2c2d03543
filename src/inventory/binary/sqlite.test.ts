import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import { readTable, type SqliteValue } from './sqlite.ts';

suite('the SQLite reader', () => {
  let folder: string;
  let count = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drydock-sqlite-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** A file that SQLite itself wrote, and what SQLite reads out of it. */
  const write = async (
    rows: readonly (readonly [number | string | Uint8Array | null, Uint8Array])[],
    setup = '',
  ): Promise<{ readonly bytes: Buffer; readonly expected: readonly (readonly SqliteValue[])[] }> => {
    count += 1;
    const path = join(folder, `${count}.sqlite`);
    const database = new DatabaseSync(path);
    database.exec(
      `${setup}; CREATE TABLE Other (x); CREATE TABLE Packages (id INTEGER PRIMARY KEY, what, blob BLOB)`,
    );
    const insert = database.prepare('INSERT INTO Packages (what, blob) VALUES (?, ?)');
    database.exec('BEGIN');
    for (const row of rows) insert.run(...row);
    database.exec('COMMIT');
    const expected = database.prepare('SELECT what, blob FROM Packages ORDER BY id').all();
    database.close();
    return {
      bytes: await readFile(path),
      expected: expected.map(({ what, blob }) => [plain(what), plain(blob)]),
    };
  };
  const plain = (value: unknown): SqliteValue =>
    value === null || typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array
      ? value instanceof Uint8Array
        ? Buffer.from(value)
        : value
      : String(value);
  const read = (bytes: Uint8Array): readonly (readonly SqliteValue[])[] =>
    [...readTable(bytes, 'Packages')].map(([, ...row]) => row);
  const many = (length: number, bytes: number) =>
    Array.from({ length }, (_, at) => [at, Buffer.alloc(bytes + at, at)] as const);

  test('reads what SQLite wrote: many rows, long rows, every page size', async () => {
    for (const setup of ['', 'PRAGMA page_size=512', 'PRAGMA page_size=65536', 'PRAGMA journal_mode=WAL'])
      for (const rows of [many(0, 0), many(3, 10), many(2000, 30), many(20, 20_000), many(1, 3_000_000)]) {
        const { bytes, expected } = await write(rows, setup);

        assert.deepEqual(read(bytes), expected, `${setup} ${rows.length}`);
      }
  });

  test('reads every kind of value', async () => {
    const values = [
      null,
      0,
      1,
      -1,
      127,
      -129,
      40_000,
      -9_000_000,
      2 ** 31,
      -(2 ** 40),
      0.5,
      'text ä',
      '',
      Buffer.from('b'),
    ];
    const { bytes, expected } = await write(values.map((value) => [value, Buffer.alloc(1)]));

    assert.deepEqual(read(bytes), expected);
  });

  test('does not run what a schema says', async () => {
    count += 1;
    const path = join(folder, `${count}.sqlite`);
    const database = new DatabaseSync(path);
    database.exec(
      'CREATE VIEW Packages AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x FROM r) SELECT x, x FROM r',
    );
    database.close();

    const bytes = await readFile(path);
    assert.throws(() => read(bytes), /a table Packages was expected/);
  });

  test('what is no database is refused', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(5000), Buffer.from('SQLite format 3\0')])
      assert.throws(() => read(bytes), /was expected/);
  });

  test('a page that leads to itself ends', async () => {
    const { bytes } = await write(many(2000, 30));
    const circle = Buffer.from(bytes);
    const pageBytes = circle.readUInt16BE(16);
    for (let start = pageBytes; start < circle.length; start += pageBytes)
      if (circle[start] === 5) circle.writeUInt32BE(start / pageBytes + 1, start + 8);

    assert.throws(() => read(circle), /in a circle/);
  });

  test('any damage is read or refused, in bounded time', async () => {
    const { bytes } = await write([...many(50, 30), ...many(2, 9000)], 'PRAGMA page_size=1024');
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 12 }), (at, damage) => {
        const damaged = Buffer.from(bytes);
        damaged.set(damage.subarray(0, damaged.length - at), at);
        try {
          read(damaged);
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
