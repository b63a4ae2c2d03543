import { fixupSpdxId, isSupportedSpdxId } from '@cyclonedx/cyclonedx-library/SPDX';

/** What a declared licence is: an id of the SPDX list, an expression of such ids, or just somebody's words. */
export interface DeclaredLicense {
  readonly kind: 'id' | 'expression' | 'name';
  readonly text: string;
}

const MAX_EXPRESSION_CHARS = 200;
const REFERENCE = /^(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+$/;
const EXCEPTION = /^[A-Za-z0-9.-]+$/;

/** Reads a licence as a package declares it. Ids in another case are mended; nothing is guessed. Hostile text is fine. */
export function readLicense(text: string): DeclaredLicense {
  const id: unknown = fixupSpdxId(text);
  if (typeof id === 'string') return { kind: 'id', text: id };
  return { kind: isExpression(text) ? 'expression' : 'name', text };
}

type Expected = 'license' | 'exception' | 'operator';

/** Whether it follows the grammar of SPDX expressions with known ids. Source: SPDX 2.3, annex D. */
function isExpression(text: string): boolean {
  if (text.length > MAX_EXPRESSION_CHARS || !/^[A-Za-z0-9.:+() -]+$/.test(text)) return false;
  let depth = 0;
  let expected: Expected | null = 'license';
  for (const token of text.match(/[()]|[^() ]+/g) ?? []) {
    expected = follow(expected, token);
    if (token === '(') depth += 1;
    if (token === ')') depth -= 1;
    if (expected === null || depth < 0) return false;
  }
  return depth === 0 && expected === 'operator';
}

/** What is expected after `token`, or null when it may not stand there. */
function follow(expected: Expected, token: string): Expected | null {
  switch (expected) {
    case 'license':
      if (token === '(') return 'license';
      return isSupportedSpdxId(token.replace(/\+$/, '')) || REFERENCE.test(token) ? 'operator' : null;
    case 'exception':
      return EXCEPTION.test(token) ? 'operator' : null;
    case 'operator':
      if (token === ')') return 'operator';
      if (token === 'AND' || token === 'OR') return 'license';
      return token === 'WITH' ? 'exception' : null;
  }
}
