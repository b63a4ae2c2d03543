import { evaluateAudit } from '../../policy/evaluate.ts';
import { need, type Step } from '../step.ts';

/** Findings and the hardening score; what the policy forbids ends the job before anything is built. */
export const auditStep: Step = {
  name: 'audit',
  timeoutMs: 30_000,
  run: async (parts, { deps }) => {
    const audit = await deps.audit(need(parts, 'dockerfile').text);
    const reasons = evaluateAudit(audit, deps.policy, deps.clock.now());
    const count = audit.findings.length;
    const found = `${count === 0 ? 'no findings' : count === 1 ? '1 finding' : `${count} findings`}, hardening ${audit.hardening.score}`;
    return {
      status: reasons.length === 0 ? 'passed' : 'failed',
      summary: reasons.length === 0 ? found : `${found}; refused by the policy`,
      reasons,
      warnings: audit.unchecked.map((what) => `The audit did not check: ${what}`),
      adds: { audit },
    };
  },
};
