import { environment } from '../app/config.ts';
import { DrydockError, ERRORS } from '../core/errors.ts';
import { ANSI, PLAIN } from '../report/paint.ts';
import type { Io } from './command.ts';
import { COMMANDS } from './commands/index.ts';
import { findCommand } from './find-command.ts';
import { parseCall } from './parse-call.ts';

/** Runs one call and returns its exit status. */
export async function main(args: readonly string[], io: Io): Promise<number> {
  const [first = 'help', ...rest] = args;
  const wantsHelp = rest.includes('--help') || rest.includes('-h');
  try {
    if (first === '--version' || first === '-V') return await call('version', [], io);
    if (first === '--help' || first === '-h') return await call('help', [], io);
    return await (wantsHelp && first in COMMANDS ? call('help', [first], io) : call(first, rest, io));
  } catch (error) {
    return report(error, io);
  }
}

async function call(name: string, args: readonly string[], io: Io): Promise<number> {
  const command = await findCommand(COMMANDS, name).load();
  return command.run({ ...parseCall(command, args), commands: COMMANDS, io });
}

/** Says what went wrong, and whose turn it is, and gives the exit status of the error table. */
function report(error: unknown, io: Io): number {
  if (io.signal.aborted) {
    io.err('drydock: stopped.\n');
    return 130;
  }
  if (error instanceof DrydockError) {
    io.err(`${io.errPaint.red('drydock:')} ${error.message}\n`);
    return ERRORS[error.code].exit;
  }
  io.err(
    `${io.errPaint.red('drydock: a fault of its own.')} Please report it with what follows.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return ERRORS['invariant-broken'].exit;
}

if (import.meta.main) {
  const env = environment();
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stop.abort(new DrydockError('usage-invalid', `stopped by ${signal}`)));
  }
  // A reader that goes away (`drydock list | head`) is no fault.
  process.stdout.on('error', () => process.exit(0));
  const hasColour = (stream: NodeJS.WriteStream): boolean =>
    stream.isTTY && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
  process.exitCode = await main(process.argv.slice(2), {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdin: process.stdin,
    env,
    cwd: process.cwd(),
    paint: hasColour(process.stdout) ? ANSI : PLAIN,
    errPaint: hasColour(process.stderr) ? ANSI : PLAIN,
    isLive: process.stderr.isTTY === true && env['TERM'] !== 'dumb',
    signal: stop.signal,
  });
}
