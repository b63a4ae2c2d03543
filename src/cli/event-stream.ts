import type { JobEventData } from '../core/ports.ts';

export interface StreamedEvent {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** The events of a server-sent stream, as they come. Source: WHATWG HTML, 9.2 Server-sent events. */
export async function* readEventStream(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamedEvent> {
  let buffered = '';
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    buffered += chunk.replaceAll('\r\n', '\n');
    const blocks = buffered.split('\n\n');
    buffered = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = parseBlock(block);
      if (event !== null) yield event;
    }
  }
}

function parseBlock(block: string): StreamedEvent | null {
  const fields = { id: '', event: 'message' };
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
    if (name === 'data') data.push(value);
    else if (name === 'id' || name === 'event') fields[name] = value;
  }
  return data.length === 0 && fields.event === 'message' ? null : { ...fields, data: data.join('\n') };
}

/** What happened to a job, out of a streamed event's JSON; null for what this version does not know. */
export function parseJobEvent(event: StreamedEvent): JobEventData | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(event.data);
  } catch {
    return null;
  }
  const inner: unknown =
    typeof parsed === 'object' && parsed !== null && 'data' in parsed ? parsed.data : parsed;
  return isJobEventData(inner) ? inner : null;
}

function isJobEventData(value: unknown): value is JobEventData {
  if (typeof value !== 'object' || value === null) return false;
  const has = (name: string): boolean => typeof Reflect.get(value, name) === 'string';
  switch (Reflect.get(value, 'type')) {
    case 'status':
      return has('status');
    case 'stage':
      return has('stage') && has('state') && has('summary');
    case 'log':
      return has('stage') && has('text');
    default:
      return false;
  }
}
