import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { Static } from 'typebox';
import { sampleReport } from '../../../test/support/job-report.ts';
import type { JobReport } from '../../core/report.ts';
import { Reason } from './job.ts';
import { REPORT_SHAPE } from './report.ts';

type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<T[Key]> }
    : T;

/** Two functions that compile only while the schema and the type of core allow the same values. */
const toCore = (report: Static<typeof REPORT_SHAPE>): JobReport => report;
const toSchema = (report: Plain<JobReport>): Plain<Static<typeof REPORT_SHAPE>> => report;

const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
ajv.addSchema(Reason, 'Reason');
const validate = ajv.compile(REPORT_SHAPE);

test('a full report has the shape that the document promises', () => {
  const report = sampleReport('5f7e2a10-0000-4000-8000-000000000000');

  assert.ok(validate(report), JSON.stringify(validate.errors));
  assert.deepEqual([typeof toCore, typeof toSchema], ['function', 'function']);
});

test('a report without a field of the contract does not have it', () => {
  const { verdict: _, ...rest } = sampleReport('5f7e2a10-0000-4000-8000-000000000000');

  assert.equal(validate(rest), false);
});
