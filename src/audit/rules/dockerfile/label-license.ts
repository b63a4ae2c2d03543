import { findWrongLabels } from '../../label-values.ts';
import { defineDockerfileRule } from '../../rule.ts';

const ID = /^[A-Za-z0-9][A-Za-z0-9.:-]*\+?$/;

export const labelLicense = defineDockerfileRule({
  id: 'DL3054',
  name: 'label-license',
  severity: 'warning',
  what: 'The label for the licence is no SPDX expression.',
  why: 'Tools that collect licences can not read it.',
  fix: 'Write an SPDX expression, e.g. Apache-2.0 or MIT OR GPL-2.0-only.',
  sources: ['hadolint DL3054'],
  bad: [
    'FROM debian:12\nLABEL org.opencontainers.image.licenses="Apache 2.0"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.licenses="MIT OR"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.licenses="MIT, BSD"\n',
  ],
  good: [
    'FROM debian:12\nLABEL org.opencontainers.image.licenses="Apache-2.0"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.licenses="MIT OR (GPL-2.0-or-later WITH Classpath-exception-2.0)"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.licenses="LicenseRef-mine"\n',
  ],
  check: (subject) => findWrongLabels(subject, ['licenses'], isExpression),
});

/** Whether the form is right. Whether SPDX lists the names is not checked: the list grows with every release of it. */
function isExpression(value: string): boolean {
  let depth = 0;
  let wantsOperand = true;
  for (const word of value.slice(0, 2_000).match(/[()]|[^\s()]+/g) ?? []) {
    const kind = kindOf(word);
    if (kind === 'bad' || (kind === 'operand' || kind === '(') !== wantsOperand) return false;
    if (kind === '(') depth += 1;
    if (kind === ')') depth -= 1;
    if (depth < 0) return false;
    wantsOperand = kind === '(' || kind === 'operator';
  }
  return depth === 0 && !wantsOperand;
}

function kindOf(word: string): '(' | ')' | 'operator' | 'operand' | 'bad' {
  if (word === '(' || word === ')') return word;
  if (/^(?:AND|OR|WITH)$/i.test(word)) return 'operator';
  return ID.test(word) ? 'operand' : 'bad';
}
