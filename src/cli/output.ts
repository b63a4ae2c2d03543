import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DrydockError } from '../core/errors.ts';
import { FORMATS, type Format } from '../report/formats.ts';
import { type Paint, PLAIN } from '../report/paint.ts';
import type { Flags, Io } from './command.ts';

/** Where a report goes and how it is written, from `--format` and `--output`. */
export interface Output {
  readonly format: Format;
  readonly paint: Paint;
  readonly write: (text: string) => Promise<void>;
}

/** Throws `usage-invalid` for a format that does not exist. */
export function openOutput(flags: Flags, io: Io): Output {
  const name = flags.text('format') ?? 'text';
  const format = FORMATS.find((known) => known === name);
  if (format === undefined)
    throw new DrydockError(
      'usage-invalid',
      `--format ${FORMATS.join('|')} was expected, got ${JSON.stringify(name)}.`,
    );
  const file = flags.text('output');
  if (file === undefined)
    return { format, paint: format === 'text' ? io.paint : PLAIN, write: async (text) => io.out(text) };
  return {
    format,
    paint: PLAIN,
    write: (text) =>
      writeFile(resolve(io.cwd, file), text).catch((error: unknown) => {
        throw new DrydockError(
          'file-unreadable',
          `The report was to be written to ${file}, that can't be done. Name another file.`,
          { cause: error },
        );
      }),
  };
}
