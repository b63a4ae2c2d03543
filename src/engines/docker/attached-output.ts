import type { Socket } from 'node:net';
import type { LogLine } from '../../core/outcome.ts';
import { createLineSplitter } from '../line-splitter.ts';

const HEADER_BYTES = 8;

export interface OutputReader {
  push(chunk: Uint8Array): void;
  end(): void;
}

/**
 * Takes apart what Docker sends of a container without a terminal: frames of a stream number, three zeros, a length
 * of four bytes, and the bytes. Nothing is kept but the line that is going on. Stops giving lines after
 * `maxOutputBytes` and calls `onTooMuch` once.
 * Source: https://docs.docker.com/reference/api/engine/version/v1.41/#operation/ContainerAttach
 */
export function createOutputReader(request: {
  readonly maxOutputBytes: number;
  readonly onLog: (line: LogLine) => void;
  readonly onTooMuch: () => void;
}): OutputReader {
  const splitter = (stream: LogLine['stream']) =>
    createLineSplitter((text) => request.onLog({ stage: 'run', stream, text }));
  const stdout = splitter('stdout');
  const stderr = splitter('stderr');
  let header = Buffer.alloc(0);
  let leftInFrame = 0;
  let roomBytes = request.maxOutputBytes;
  let isOver = false;

  const take = (bytes: Uint8Array): void => {
    const kept = bytes.subarray(0, roomBytes);
    roomBytes -= kept.length;
    (header[0] === 2 ? stderr : stdout).push(kept);
    if (kept.length === bytes.length || isOver) return;
    isOver = true;
    request.onTooMuch();
  };

  return {
    push(chunk) {
      let rest = chunk;
      while (rest.length > 0) {
        if (leftInFrame === 0) {
          if (header.length === HEADER_BYTES) header = Buffer.alloc(0);
          const missing = HEADER_BYTES - header.length;
          header = Buffer.concat([header, rest.subarray(0, missing)]);
          rest = rest.subarray(missing);
          if (header.length === HEADER_BYTES) leftInFrame = header.readUInt32BE(4);
        } else {
          const part = rest.subarray(0, leftInFrame);
          leftInFrame -= part.length;
          rest = rest.subarray(part.length);
          take(part);
        }
      }
    },
    end() {
      stdout.end();
      stderr.end();
    },
  };
}

/** Feeds `reader` from an attached connection and resolves when that has ended. */
export function readAttached(socket: Socket, head: Buffer, reader: OutputReader): Promise<void> {
  return new Promise((resolve) => {
    reader.push(head);
    socket.on('data', (chunk: Buffer) => reader.push(chunk));
    socket.once('error', () => undefined);
    socket.once('close', () => {
      reader.end();
      resolve();
    });
    socket.once('end', () => socket.destroy());
  });
}
