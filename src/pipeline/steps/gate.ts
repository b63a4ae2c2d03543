import { evaluatePolicy } from '../../policy/evaluate.ts';
import { need, type Step } from '../step.ts';

/** The policy's decision over all that is known. Nothing that it refuses is ever run. */
export const gateStep: Step = {
  name: 'gate',
  timeoutMs: 10_000,
  run: async (parts, { deps }) => {
    const known = {
      audit: need(parts, 'audit'),
      inventory: need(parts, 'inventory'),
      scan: need(parts, 'scan'),
    };
    const gate = evaluatePolicy(known, deps.policy, deps.clock.now());
    const first = gate.reasons[0];
    const more = gate.reasons.length > 1 ? ` (and ${gate.reasons.length - 1} more)` : '';
    return {
      status: gate.decision === 'pass' ? 'passed' : 'failed',
      summary: first === undefined ? `passed by policy ${gate.policy.name}` : `${first.message}${more}`,
      reasons: gate.reasons,
      warnings: gate.warnings.map(({ message }) => message),
      adds: { gate },
    };
  },
};
