import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { createPing } from './ping.ts';
import { openPostgres } from './postgres-database.ts';

test('a server that takes connections and says nothing is given up in time, with one connection however many ask', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const database = openPostgres(`postgres://x@127.0.0.1:${address.port}/x`, () => undefined);
  const ping = createPing(database);
  const since = performance.now();

  const answers = await Promise.allSettled(Array.from({ length: 20 }, () => ping(200)));

  assert.ok(performance.now() - since < 2_000);
  assert.equal(sockets.length, 1);
  for (const answer of answers) {
    assert.ok(answer.status === 'rejected');
    assert.match(String(answer.reason), /expected to answer within 200 ms/);
  }
  for (const socket of sockets) socket.destroy();
  server.close();
  await database[Symbol.asyncDispose]();
});

test('a database that answers is there, one that refuses is not', async () => {
  let isAway = false;
  const ping = createPing({
    query: async () => {
      if (isAway) throw new Error('away');
      return [];
    },
  });

  await ping(1_000);
  isAway = true;
  await assert.rejects(ping(1_000), /away/);
  isAway = false;
  await ping(1_000);
});
