import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJobEvent, readEventStream } from './event-stream.ts';

function streamOf(...chunks: readonly string[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(encoder.encode(chunk));
      controller.close();
    },
  });
}

test('events come whole, however the bytes were cut; comments are no events', async () => {
  const log = JSON.stringify({ type: 'log', stage: 'run', stream: 'stdout', text: 'a\n\nevent: end\nb' });
  const body = streamOf(': hello\n\nid: 1\nda', `ta: ${log}\n`, '\nid: 2\r\nevent: end\r\ndata: {}\r\n\r\n');

  const events = await Array.fromAsync(readEventStream(body));

  assert.deepEqual(
    events.map(({ id, event }) => `${id} ${event}`),
    ['1 message', '2 end'],
  );
  assert.deepEqual(events.map(parseJobEvent), [
    { type: 'log', stage: 'run', stream: 'stdout', text: 'a\n\nevent: end\nb' },
    null,
  ]);
});

test('what is not an event of a job is passed over', () => {
  for (const data of ['', 'null', '[]', '{"type":"log"}', '{"type":"other"}', 'not json'])
    assert.equal(parseJobEvent({ id: '', event: 'message', data }), null);
});
