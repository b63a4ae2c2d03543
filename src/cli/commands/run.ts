import { readConfig } from '../../app/config.ts';
import { openLocal } from '../../app/local.ts';
import { DrydockError } from '../../core/errors.ts';
import { DEFAULT_INTAKE_LIMITS } from '../../core/limits.ts';
import type { Policy } from '../../policy/policy.ts';
import { renderJob } from '../../report/formats.ts';
import { type Command, type CommandInput, REPORT_OPTIONS } from '../command.ts';
import { openOutput } from '../output.ts';
import { createProgress } from '../progress.ts';
import { readPolicy } from '../read-policy.ts';
import { readSubmission } from '../submission.ts';

export const run: Command = {
  name: 'run',
  summary:
    'the whole way of one job on this machine, without a server, for a Dockerfile or a folder that holds one',
  usage: 'run PATH [--policy FILE] [--sandbox auto|gvisor|runc]',
  options: {
    policy: {
      type: 'string',
      short: 'p',
      value: 'FILE',
      what: 'the policy that decides (default: DRYDOCK_POLICY, else drydock policy show --preset command-line)',
    },
    sandbox: { type: 'string', value: 'NAME', what: 'where it runs: auto takes gVisor when it is installed' },
    network: { type: 'string', value: 'NAME', what: 'of the build: none, or open' },
    ...REPORT_OPTIONS,
  },
  takes: [1, 1],
  run: async (input) => {
    const { flags, io, positionals } = input;
    const output = openOutput(flags, io);
    const config = readConfig(io.env);
    const policy = withFlags(await readPolicy(flags.text('policy') ?? config.policyFile, io.cwd), input);
    const submission = await readSubmission(positionals[0] ?? '.', io, DEFAULT_INTAKE_LIMITS);
    await using local = await openLocal(config, policy);
    const report = await (async () => {
      using progress = createProgress({
        write: io.err,
        paint: io.errPaint,
        isLive: io.isLive,
        columns: process.stderr.columns ?? 100,
        now: Date.now,
      });
      return await local.runJob({ name: submission.name, ...submission.payload }, progress.show, io.signal);
    })();
    await output.write(
      renderJob(report, output.format, {
        path: submission.path,
        text: submission.text,
        rules: local.rules,
        paint: output.paint,
      }),
    );
    return report.verdict.status === 'success' ? 0 : 1;
  },
};

function withFlags(policy: Policy, { flags }: CommandInput): Policy {
  const sandbox = choice('sandbox', flags.text('sandbox') ?? policy.run.sandbox, [
    'auto',
    'gvisor',
    'runc',
  ] as const);
  const network = choice('network', flags.text('network') ?? policy.build.network, ['none', 'open'] as const);
  return { ...policy, run: { ...policy.run, sandbox }, build: { ...policy.build, network } };
}

function choice<const T extends string>(flag: string, text: string, of: readonly T[]): T {
  const found = of.find((known) => known === text);
  if (found === undefined)
    throw new DrydockError(
      'usage-invalid',
      `--${flag} ${of.join('|')} was expected, got ${JSON.stringify(text)}.`,
    );
  return found;
}
