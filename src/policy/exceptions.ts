import type { Reason } from '../core/outcome.ts';
import type { Exception, Policy } from './policy.ts';

/** Whether the exception still holds: through the end of its last day, UTC. */
export function isInForce({ until }: Exception, now: Date): boolean {
  return now.toISOString().slice(0, 10) <= until;
}

/** A warning for each exception that has run out, so that nobody wonders why the gate closed. */
export function judgeExceptions(policy: Policy, now: Date): Reason[] {
  const { audit, vulnerabilities, secrets } = policy;
  return [
    ...audit.ignore.map((it) => ({ ...it, clause: 'audit.ignore', what: it.rule })),
    ...vulnerabilities.ignore.map((it) => ({ ...it, clause: 'vulnerabilities.ignore', what: it.id })),
    ...secrets.ignore.map((it) => ({
      ...it,
      clause: 'secrets.ignore',
      what: `${it.rule} in ${it.location}`,
    })),
  ]
    .filter((it) => !isInForce(it, now))
    .map(({ what, until, clause }) => ({
      code:
        clause === 'audit.ignore'
          ? 'audit-refused'
          : clause === 'secrets.ignore'
            ? 'secret-found'
            : 'vulnerable',
      stage: 'gate',
      message: `The policy’s exception for ${what} ended on ${until} and no longer counts.`,
      clause,
    }));
}
