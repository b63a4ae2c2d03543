import { compareText } from './text.ts';

/** Decimal numbers of any length, as text; nothing counts as 0. */
export function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length - right.length;
  return compareText(left, right);
}
