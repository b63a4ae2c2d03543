import { isDrydockError } from '../../core/errors.ts';
import type { Inventory } from '../../core/package.ts';
import type { ScanResult, SourceState } from '../../core/report.ts';
import type { Vulnerability } from '../../core/vulnerability.ts';
import { need, type Step, type StepContext } from '../step.ts';

/** What is known against what is inside, and the secrets that it carries. */
export const scanStep: Step = {
  name: 'scan',
  timeoutMs: 300_000,
  run: async (parts, context) => {
    const opened = await context.image();
    const [known, secrets] = await Promise.all([
      matchAll(need(parts, 'inventory'), context),
      context.deps.findSecrets(opened),
    ]);
    const scan: ScanResult = {
      ...known,
      notes: [...known.notes, ...secrets.notes],
      secrets: secrets.secrets,
    };
    return {
      status: 'passed',
      summary: summarize(scan),
      warnings: scan.status === 'not-scanned' ? known.notes : [],
      adds: { scan },
    };
  },
};

/** Asks every source that covers the image. None that covers it, or none that has data: not scanned, and said so. */
export async function matchAll(
  inventory: Inventory,
  { deps, signal }: Pick<StepContext, 'signal'> & { readonly deps: Pick<StepContext['deps'], 'advisories'> },
): Promise<Omit<ScanResult, 'secrets'>> {
  const vulnerabilities: Vulnerability[] = [];
  const sources: SourceState[] = [];
  const notes: string[] = [];
  const covering = deps.advisories.filter((source) => source.covers(inventory));
  for (const source of covering) {
    try {
      const found = await source.match(inventory, signal);
      vulnerabilities.push(...found.vulnerabilities);
      sources.push(found.state);
      notes.push(...found.notes);
    } catch (error) {
      if (!isDrydockError(error, 'advisories-unavailable')) throw error;
      notes.push(`${source.name}: ${error.message}`);
    }
  }
  if (covering.length === 0)
    notes.push(
      inventory.os === null && inventory.packages.length === 0
        ? 'Nothing is inside that advisories speak of.'
        : 'No advisory source covers this system: its packages were not compared with anything.',
    );
  const isEmpty = inventory.os === null && inventory.packages.length === 0 && inventory.status === 'complete';
  return {
    status: sources.length > 0 || isEmpty ? 'scanned' : 'not-scanned',
    notes,
    sources,
    vulnerabilities,
  };
}

function summarize({ status, vulnerabilities, secrets }: ScanResult): string {
  const ids = new Set(vulnerabilities.map(({ id }) => id)).size;
  const known =
    status === 'not-scanned'
      ? 'NOT SCANNED for vulnerabilities'
      : ids === 0
        ? 'no known vulnerability'
        : ids === 1
          ? '1 known vulnerability'
          : `${ids} known vulnerabilities`;
  return `${known}, ${secrets.length === 0 ? 'no secrets' : secrets.length === 1 ? '1 secret' : `${secrets.length} secrets`}`;
}
