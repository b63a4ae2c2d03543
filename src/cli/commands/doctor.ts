import { readConfig } from '../../app/config.ts';
import { type Diagnosis, diagnose } from '../../app/doctor.ts';
import type { Command, Io } from '../command.ts';

export const doctor: Command = {
  name: 'doctor',
  summary: 'what this machine has and lacks, what that disables, and the command that mends it',
  usage: 'doctor [--json]',
  options: { json: { type: 'boolean', what: 'as JSON' } },
  takes: [0, 0],
  run: async ({ flags, io }) => {
    const diagnoses = await diagnose(readConfig(io.env));
    io.out(
      flags.has('json')
        ? `${JSON.stringify(diagnoses, null, 2)}\n`
        : diagnoses.map((it) => render(it, io)).join(''),
    );
    return diagnoses.some(({ status }) => status === 'missing') ? 1 : 0;
  },
};

function render({ name, status, detail, disables, remedy }: Diagnosis, { paint }: Io): string {
  const mark = { ok: paint.green('✔'), degraded: paint.yellow('!'), missing: paint.red('✘') }[status];
  const more =
    status === 'ok'
      ? []
      : [
          ...(disables === '' ? [] : [`    without it: ${disables}`]),
          ...(remedy === '' ? [] : [`    mend it:    ${remedy}`]),
        ];
  return [`${mark} ${name.padEnd(18)} ${detail}`, ...more.map((line) => paint.dim(line)), ''].join('\n');
}
