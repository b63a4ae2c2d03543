import type { Directive } from './model.ts';

/** Docker's own frontend in a stable release: what a builder does without the directive anyway. */
const PLAIN = /^(?:docker\.io\/)?docker\/dockerfile(?::1(?:\.\d{1,3}){0,2})?(?:@sha256:[0-9a-f]{64})?$/;

/** Whether `# syntax=` names a program of somebody else, or one with extensions, as the reader of the file. */
export function isCustomFrontend({ name, value }: Directive): boolean {
  return name === 'syntax' && !PLAIN.test(value.split(/\s/)[0] ?? '');
}
