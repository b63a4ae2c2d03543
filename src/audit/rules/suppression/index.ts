import type { SuppressionRule } from '../../rule.ts';
import { noStaleSuppression } from './no-stale-suppression.ts';
import { noUnusedSuppression } from './no-unused-suppression.ts';

/** Rules about suppression comments, sorted by id. */
export const SUPPRESSION_RULES: readonly SuppressionRule[] = [noUnusedSuppression, noStaleSuppression];
