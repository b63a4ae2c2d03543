import { Ajv, type ErrorObject } from 'ajv';
import addFormats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { type Fault, InputError } from './problem.ts';
import { JobIn } from './schemas/job.ts';

/** The most faults that are told at once. */
const MAX_FAULTS = 20;
const PLACES = { body: 'body', params: 'path', querystring: 'query', headers: 'header' } as const;

/**
 * Compiles the schemas that requests are held to. A body is taken as it is: no type is bent, nothing is removed,
 * nothing is added. Query and path are text by nature, so numbers and defaults are read out of them.
 * What it finds is thrown as `input-invalid` with the places.
 */
export function createValidatorCompiler(): FastifySchemaCompiler<TSchema> {
  const strict = new Ajv({ allErrors: true, strict: false });
  const lenient = new Ajv({ allErrors: true, strict: false, coerceTypes: true, useDefaults: true });
  for (const ajv of [strict, lenient]) addFormats.default(ajv);
  strict.addSchema(JobIn, 'JobIn');
  return ({ schema, httpPart = 'body' }) => {
    const isBody = httpPart === 'body';
    const validate = (isBody ? strict : lenient).compile(schema);
    const place = placeOf(httpPart);
    return (value: unknown) => {
      if (validate(value)) return { value };
      return { error: new InputError(toFaults(validate.errors ?? [], place)) };
    };
  };
}

function placeOf(httpPart: string): Fault['in'] {
  return Object.entries(PLACES).find(([part]) => part === httpPart)?.[1] ?? 'body';
}

/** One fault of a place is enough to mend it. */
function toFaults(errors: readonly ErrorObject[], place: Fault['in']): readonly Fault[] {
  const faults = new Map<string, Fault>();
  for (const error of errors) {
    const fault = toFault(error, place);
    if (faults.size < MAX_FAULTS && !faults.has(fault.pointer)) faults.set(fault.pointer, fault);
  }
  return [...faults.values()];
}

function toFault(error: ErrorObject, place: Fault['in']): Fault {
  const extra: unknown = error.params['additionalProperty'];
  const missing: unknown = error.params['missingProperty'];
  const child = typeof extra === 'string' ? extra : typeof missing === 'string' ? missing : null;
  const pointer = `#${error.instancePath}${child === null ? '' : `/${escapePointer(child)}`}`;
  return { in: place, pointer, detail: describe(error, extra) };
}

function describe(error: ErrorObject, extra: unknown): string {
  if (extra === 'status' || extra === 'performance') return 'is set by Drydock alone; leave it out';
  if (typeof extra === 'string') return 'is not known here; leave it out';
  if (error.keyword === 'required') return 'is missing';
  if (error.keyword === 'pattern')
    return error.instancePath === '/id' ? 'must be a UUID' : 'must not hold control characters';
  return error.message ?? 'is not valid';
}

/** RFC 6901, within bounds. */
function escapePointer(key: string): string {
  return key.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}
