import { type Static, Type } from 'typebox';
import { ref } from './ref.ts';

export const Problem = Type.Object(
  {
    type: Type.String({
      format: 'uri-reference',
      description: '`/problems/<code>`: says what the code means.',
    }),
    title: Type.String({ description: 'The same for every occurrence of the code.' }),
    status: Type.Integer({ minimum: 400, maximum: 599 }),
    detail: Type.String({ description: 'What was expected, what was got, what to do.' }),
    instance: Type.String({ description: 'The path that was asked for.' }),
    code: Type.String({ description: 'Stable. Test this, not the text.' }),
    requestId: Type.String({ description: 'Names the request in the log.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          in: Type.Union([
            Type.Literal('body'),
            Type.Literal('path'),
            Type.Literal('query'),
            Type.Literal('header'),
          ]),
          pointer: Type.String({ description: 'A JSON pointer as a URI fragment, e.g. `#/name`.' }),
          detail: Type.String(),
        }),
      ),
    ),
  },
  { $id: 'Problem', description: 'What went wrong (RFC 9457).' },
);
export type Problem = Static<typeof Problem>;

export const PROBLEM_TYPE = 'application/problem+json';

const content = { content: { [PROBLEM_TYPE]: { schema: ref(Problem) } } };

/** The answers that every route may give besides its own. */
export const PROBLEMS = {
  '4xx': { description: 'Refused: the sender can mend it.', ...content },
  '5xx': { description: 'Failed: the operator can mend it.', ...content },
};
