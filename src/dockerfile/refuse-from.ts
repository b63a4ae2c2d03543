import { isDrydockError } from '../core/errors.ts';
import { parseImageReference } from '../core/image-reference.ts';
import type { Stage } from './model.ts';
import type { Admission, Refusal } from './refusals.ts';
import type { Scopes } from './scopes.ts';

/** The form that BuildKit demands of a stage's name. */
const STAGE_NAME = /^[a-z][a-z0-9_.-]{0,127}$/;

/** A stage that stands on nothing, on a transport or on a name that is none. */
export function* refuseFrom(stage: Stage, { scopes, platform }: Admission): Generator<Refusal> {
  const { from, name } = stage;
  if (from === null) {
    yield { code: 'stage', message: 'Instructions stand in front of the first FROM.', span: stage.span };
    return;
  }
  if (name !== null && !STAGE_NAME.test(name))
    yield {
      code: 'stage',
      message: `The name of a stage begins with a letter and holds letters, digits and _.-, got ${JSON.stringify(name.slice(0, 60))}.`,
      span: from.alias?.span ?? from.span,
    };
  for (const flag of from.flags)
    if (flag.name === 'platform' && !isOwnPlatform(flag.value ?? '', platform))
      yield { code: 'flag', message: `FROM --platform: only ${platform} is built here.`, span: flag.span };
  yield* refuseImage(stage, scopes);
}

function* refuseImage(stage: Stage, scopes: Scopes): Generator<Refusal> {
  const { from } = stage;
  const image = from === null ? null : scopes.imageOf(from);
  if (image === null || scopes.parentOf(stage) !== null) return;
  const span = from?.image?.span ?? stage.span;
  const [unknown] = image.unresolved;
  const why =
    unknown === undefined
      ? whyNoReference(image.text)
      : `FROM names an image through the variable ${unknown.slice(0, 40)}, whose value is not known. Give its ARG a default.`;
  if (why !== null) yield { code: 'image', message: why, span };
}

function isOwnPlatform(value: string, platform: string): boolean {
  return value === platform || /^\$\{?(?:BUILD|TARGET)PLATFORM\}?$/.test(value);
}

function whyNoReference(text: string): string | null {
  try {
    parseImageReference(text);
    return null;
  } catch (error) {
    if (isDrydockError(error, 'input-invalid')) return error.message;
    throw error;
  }
}
