import type { RuleMeta } from './rule.ts';
import { DOCKERFILE_RULES } from './rules/dockerfile/index.ts';
import { SUPPRESSION_RULES } from './rules/suppression/index.ts';

/** A rule as it is listed, without its check. */
export interface ListedRule extends RuleMeta {
  readonly isEnabledByDefault: boolean;
}

/** Every rule of every kind, by what it says of itself, sorted by id. */
export const RULES: readonly ListedRule[] = [...DOCKERFILE_RULES, ...SUPPRESSION_RULES]
  .map(({ check: _, isEnabledByDefault = true, ...rule }) => ({ ...rule, isEnabledByDefault }))
  .sort((a, b) => (a.id < b.id ? -1 : 1));

/** The rule of this id, in any case of its letters, or of this name. */
export function findRule(idOrName: string): ListedRule | undefined {
  const id = idOrName.toUpperCase();
  return RULES.find((rule) => rule.id === id || rule.name === idOrName);
}
