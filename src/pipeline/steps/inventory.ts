import { need, type Step } from '../step.ts';

/** What is inside the image that was built. */
export const inventoryStep: Step = {
  name: 'inventory',
  timeoutMs: 120_000,
  run: async (parts, { deps, image }) => {
    need(parts, 'build');
    const inventory = await deps.takeInventory((await image()).files);
    const os = inventory.os === null ? 'no operating system' : (inventory.os.prettyName ?? inventory.os.id);
    const packages = inventory.packages.length === 1 ? '1 package' : `${inventory.packages.length} packages`;
    return {
      status: 'passed',
      summary: `${packages}, ${os}${inventory.status === 'inconclusive' ? '; inconclusive' : ''}`,
      warnings: inventory.notes,
      adds: { inventory },
    };
  },
};
