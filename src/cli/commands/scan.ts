import { readConfig } from '../../app/config.ts';
import { openScanTarget, scanTarget } from '../../app/scan-target.ts';
import { evaluatePolicy } from '../../policy/evaluate.ts';
import { renderScan } from '../../report/formats.ts';
import { type Command, REPORT_OPTIONS } from '../command.ts';
import { openOutput } from '../output.ts';
import { readPolicy } from '../read-policy.ts';

export const scan: Command = {
  name: 'scan',
  summary:
    'list what is inside an image, an archive of one, or a root filesystem and what is known against it; the policy decides the exit status',
  usage: 'scan IMAGE|ARCHIVE|FOLDER [--policy FILE]',
  options: {
    policy: {
      type: 'string',
      short: 'p',
      value: 'FILE',
      what: 'the policy that decides (default: DRYDOCK_POLICY, else drydock policy show --preset command-line)',
    },
    ...REPORT_OPTIONS,
  },
  takes: [1, 1],
  run: async ({ positionals: [target = ''], flags, io }) => {
    const output = openOutput(flags, io);
    const config = readConfig(io.env);
    const policy = await readPolicy(flags.text('policy') ?? config.policyFile, io.cwd);
    await using opened = await openScanTarget(target, { config, policy, cwd: io.cwd });
    const document = await scanTarget(target, opened, { config, signal: io.signal });
    await output.write(renderScan(document, output.format, output.paint));
    const { decision, reasons } = evaluatePolicy(document, policy, new Date());
    if (decision === 'fail')
      io.err(
        `${io.errPaint.red('refused')} by policy ${policy.name}: ${reasons.length} ${reasons.length === 1 ? 'reason' : 'reasons'}\n`,
      );
    return decision === 'pass' ? 0 : 1;
  },
};
