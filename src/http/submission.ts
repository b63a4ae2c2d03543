import { DrydockError } from '../core/errors.ts';
import type { NewJob } from '../core/ports.ts';
import type { HttpDeps } from './deps.ts';
import { InputError } from './problem.ts';
import type { JobIn } from './schemas/job.ts';

/**
 * A submission, checked as intake will check it, so that most refusals come at once and by name.
 * Throws `input-invalid` and the `payload-…` and `context-…` codes.
 */
export async function readSubmission(
  body: JobIn,
  deps: Pick<HttpDeps, 'checkPayload' | 'payloadDigest' | 'settings'>,
): Promise<NewJob> {
  const { name, description, dockerfile, context = null } = body;
  const most = deps.settings.limits.dockerfileCharacters;
  if (dockerfile.length > most)
    throw new DrydockError(
      'payload-too-large',
      `A dockerfile field of at most ${most} characters was expected, got ${dockerfile.length}.`,
    );
  if (!dockerfile.isWellFormed())
    throw new InputError([
      {
        in: 'body',
        pointer: '#/dockerfile',
        detail: 'must be Unicode text, without halves of surrogate pairs',
      },
    ]);
  const payload = { dockerfile, context };
  await deps.checkPayload(payload);
  return { name, description, dockerfile, context, payloadDigest: deps.payloadDigest(payload) };
}
