/** What a server's process says when it listens. */
export interface Ready {
  readonly port: number;
  /** Of a job that is there. */
  readonly id: string;
  readonly authorization: string;
}

export function parseReady(message: unknown): Ready {
  if (
    typeof message === 'object' &&
    message !== null &&
    'port' in message &&
    'id' in message &&
    'authorization' in message &&
    typeof message.port === 'number' &&
    typeof message.id === 'string' &&
    typeof message.authorization === 'string'
  )
    return { port: message.port, id: message.id, authorization: message.authorization };
  throw new Error('A listening server was expected.');
}
