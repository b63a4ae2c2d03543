import type { Finding, FindingSeverity } from '../core/finding.ts';
import type { Hardening } from '../core/report.ts';
import type { DockerfileSubject } from './dockerfile-subject.ts';
import { lynisPenalty } from './lynis-penalty.ts';

/** What the first finding of a rule weighs. */
const WEIGHTS: Readonly<Record<FindingSeverity, number>> = { error: 40, warning: 8, info: 2 };
/** The weight at which half of the score is gone. */
const HALF = 60;

/**
 * The hardening score: 100 · 60 / (60 + w), rounded down. `w` sums the rules that found something: its severity's weight
 * (error 40, warning 8, info 2) for the first finding, half of that for the second, a quarter for the third, and so on,
 * so that one habit repeated a hundred times weighs at most twice. Another finding never raises the score.
 */
export function scoreOf(findings: readonly Finding[]): number {
  const times = new Map<string, number>();
  let weight = 0;
  for (const { rule, severity } of findings) {
    const key = `${rule} ${severity}`;
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    weight += WEIGHTS[severity] / 2 ** before;
  }
  return Math.floor((100 * HALF) / (HALF + weight));
}

/** The score with Lynis's penalty beside it. */
export function hardeningOf(
  { dockerfile, scopes }: Pick<DockerfileSubject, 'dockerfile' | 'scopes'>,
  findings: readonly Finding[],
): Hardening {
  return { score: scoreOf(findings), lynisPenalty: lynisPenalty(dockerfile, scopes) };
}
