import type { ParseArgsConfig } from 'node:util';
import type { Paint } from '../report/paint.ts';

/** What a command has of the world: its streams, its environment, and whether a person is looking. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly stdin: NodeJS.ReadableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** For standard output. */
  readonly paint: Paint;
  /** For standard error. */
  readonly errPaint: Paint;
  /** Whether standard error is a terminal: then progress may redraw. */
  readonly isLive: boolean;
  /** Aborts on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

/** What the list of commands knows of one before it is loaded. */
export interface CommandEntry {
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

export type Commands = Readonly<Record<string, CommandEntry>>;

export interface CommandInput {
  readonly commands: Commands;
  readonly positionals: readonly string[];
  readonly flags: Flags;
  readonly io: Io;
}

/** The flags of a call. Reading one as what it can't be is a fault of the command's own table. */
export interface Flags {
  readonly has: (name: string) => boolean;
  readonly text: (name: string) => string | undefined;
  readonly list: (name: string) => readonly string[];
}

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** After `drydock `, e.g. `audit [PATH…]`. */
  readonly usage: string;
  readonly options: Readonly<Record<string, Option>>;
  /** How many positionals it takes. */
  readonly takes: readonly [min: number, max: number];
  /** The exit status: 0 passed, 1 findings or a failed verdict. Errors are thrown. */
  readonly run: (input: CommandInput) => Promise<number>;
}

export type Option = NonNullable<ParseArgsConfig['options']>[string] & {
  readonly what: string;
  /** The placeholder in the help, e.g. `FILE`. */
  readonly value?: string;
};

/** Of every reporting command. */
export const REPORT_OPTIONS = {
  format: {
    type: 'string',
    short: 'f',
    value: 'FORMAT',
    what: 'text, json, sarif, junit, github, markdown or html (default: text)',
  },
  output: {
    type: 'string',
    short: 'o',
    value: 'FILE',
    what: 'write the report to FILE instead of standard output',
  },
} as const satisfies Record<string, Option>;
