import { join } from 'node:path';
import { digestOf } from '../../core/digest.ts';
import { DrydockError, ERRORS, isDrydockError } from '../../core/errors.ts';
import type { Dockerfile } from '../../dockerfile/model.ts';
import { parseDockerfile } from '../../dockerfile/parse.ts';
import { decodeDockerfile } from '../intake/decode-dockerfile.ts';
import { readContext } from '../intake/read-context.ts';
import type { Step } from '../step.ts';

/** Payload in, checked Dockerfile and context out. What is refused here is the sender's to mend. */
export const intakeStep: Step = {
  name: 'intake',
  timeoutMs: 60_000,
  run: async (_parts, { input, deps, workDir }) => {
    try {
      const decoded = decodeDockerfile(input.dockerfile, deps.intakeLimits);
      const dockerfile = parseDockerfile(decoded.text);
      if (!hasFrom(dockerfile)) throw noFrom();
      const contextTar = input.context === null ? null : join(workDir, 'context.tar');
      const context =
        input.context === null || contextTar === null
          ? null
          : await readContext(input.context, deps.intakeLimits, contextTar);
      const size = `${Buffer.byteLength(decoded.text)} bytes`;
      return {
        status: 'passed',
        summary:
          context === null
            ? `Dockerfile of ${size}, no context`
            : `Dockerfile of ${size}, context of ${context.entries} entries`,
        adds: {
          payload: {
            digest: payloadDigest(input),
            dockerfileDigest: decoded.digest,
            contextDigest: context?.digest ?? null,
          },
          dockerfile,
          contextTar,
        },
      };
    } catch (error) {
      if (!isDrydockError(error) || ERRORS[error.code].who !== 'user') throw error;
      return {
        status: 'failed',
        summary: error.message,
        reasons: [{ code: 'payload-refused', stage: 'intake', message: error.message }],
        adds: {},
      };
    }
  },
};

/** SHA-256 over the payload as received: the Dockerfile's field, then, after a NUL, the context's. */
export function payloadDigest(payload: {
  readonly dockerfile: string;
  readonly context: string | null;
}): `sha256:${string}` {
  return digestOf(
    payload.context === null ? payload.dockerfile : `${payload.dockerfile}\0${payload.context}`,
  );
}

/**
 * The checks of intake alone, for whoever answers before a job is made. Untrusted.
 * Throws the codes of `decodeDockerfile` and `readContext`, and `payload-no-from`.
 */
export async function checkPayload(
  payload: { readonly dockerfile: string; readonly context: string | null },
  limits: Parameters<typeof readContext>[1],
): Promise<void> {
  const { text } = decodeDockerfile(payload.dockerfile, limits);
  // Parsing is four fifths of the whole check; only a text that shows no FROM at first sight needs it.
  if (!/^[ \t]*FROM[ \t]/im.test(text) && !hasFrom(parseDockerfile(text))) throw noFrom();
  if (payload.context !== null) await readContext(payload.context, limits);
}

function hasFrom({ stages }: Dockerfile): boolean {
  return stages.some(({ from }) => from !== null);
}

function noFrom(): DrydockError {
  return new DrydockError(
    'payload-no-from',
    'A Dockerfile with a FROM was expected, got one without. Begin with FROM and an image, e.g. FROM debian:bookworm-slim.',
  );
}
