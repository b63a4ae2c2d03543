import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readConfig } from '../../app/config.ts';
import { renderSbom, SBOM_FORMATS, type SbomFormat } from '../../app/render-sbom.ts';
import { inventoryOf, openScanTarget } from '../../app/scan-target.ts';
import { DrydockError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { Command } from '../command.ts';
import { readPolicy } from '../read-policy.ts';

export const sbom: Command = {
  name: 'sbom',
  summary: 'write the bill of materials of an image, an archive of one, or a root filesystem',
  usage: 'sbom IMAGE|ARCHIVE|FOLDER [--format cyclonedx|spdx] [--output FILE]',
  options: {
    format: {
      type: 'string',
      short: 'f',
      value: 'FORMAT',
      what: 'cyclonedx (1.6 JSON, the default) or spdx (2.3 JSON)',
    },
    output: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      what: 'write it to FILE instead of standard output',
    },
  },
  takes: [1, 1],
  run: async ({ positionals: [target = ''], flags, io }) => {
    const format = formatOf(flags.text('format') ?? 'cyclonedx');
    const config = readConfig(io.env);
    const policy = await readPolicy(config.policyFile, io.cwd);
    await using opened = await openScanTarget(target, { config, policy, cwd: io.cwd });
    const inventory = await inventoryOf(opened);
    const text = renderSbom(target, inventory, format);
    const file = flags.text('output');
    if (file === undefined) io.out(text);
    else await writeFile(resolve(io.cwd, file), text);
    for (const note of inventory.notes) io.err(`${io.errPaint.yellow('note')}  ${printable(note)}\n`);
    return inventory.status === 'complete' ? 0 : 1;
  },
};

function formatOf(text: string): SbomFormat {
  if (text === 'cyclonedx' || text === 'spdx') return text;
  throw new DrydockError(
    'usage-invalid',
    `--format ${Object.keys(SBOM_FORMATS).join('|')} was expected, got ${JSON.stringify(text)}.`,
  );
}
