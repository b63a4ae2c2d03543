import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { DrydockError } from '../core/errors.ts';
import { type Config, SETTINGS, type Setting } from './settings.ts';

/** The environment as this process was given it: the only place that reads it. */
export function environment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** The configuration out of the environment; `overrides` (flags of a command) win. Throws `config-invalid`, naming every fault. */
export function readConfig(
  env: Readonly<Record<string, string | undefined>>,
  overrides: Partial<Config> = {},
): ResolvedConfig {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting>(SETTINGS)) {
    const text = env[setting.env];
    if (text === undefined || text === '') values[name] = setting.default;
    else {
      const value = parse(text, setting);
      if (value === undefined)
        problems.push(
          `${setting.env}: ${expected(setting)} was expected, got ${setting.isSecret ? 'something else' : JSON.stringify(text)}`,
        );
      else values[name] = value;
    }
  }
  if (problems.length > 0)
    throw new DrydockError(
      'config-invalid',
      `The configuration can't be used. ${problems.join('. ')}. See docs/config.md.`,
    );
  const config = { ...values, ...overrides } as Config;
  return { ...config, ...defaultFolders(config) };
}

export interface Folders {
  readonly engineDir: string;
  readonly cacheDir: string;
  readonly dataDir: string;
}

/** A configuration whose folders are settled and absolute. */
export type ResolvedConfig = Omit<Config, keyof Folders> & Folders;

/** The folders, absolute; root keeps them where the system keeps such things, others in their home. */
export function defaultFolders(config: Pick<Config, 'engineDir' | 'cacheDir' | 'dataDir'>): Folders {
  const isRoot = process.getuid?.() === 0;
  const home = homedir();
  return {
    engineDir: resolve(
      config.engineDir ?? (isRoot ? '/var/lib/drydock/engine' : `${home}/.local/share/drydock/engine`),
    ),
    cacheDir: resolve(config.cacheDir ?? (isRoot ? '/var/cache/drydock' : `${home}/.cache/drydock`)),
    dataDir: resolve(config.dataDir),
  };
}

function parse(text: string, { kind }: Setting): string | number | boolean | undefined {
  switch (kind.type) {
    case 'text':
    case 'path':
      return text.includes('\0') ? undefined : text;
    case 'flag':
      return /^(1|true|yes)$/i.test(text) ? true : /^(0|false|no)$/i.test(text) ? false : undefined;
    case 'integer': {
      const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return number >= kind.min && number <= kind.max ? number : undefined;
    }
    case 'choice':
      return kind.of.includes(text) ? text : undefined;
  }
}

function expected({ kind }: Setting): string {
  switch (kind.type) {
    case 'text':
      return 'a text';
    case 'path':
      return 'a path';
    case 'flag':
      return '1 or 0';
    case 'integer':
      return `a whole number from ${kind.min} to ${kind.max}`;
    case 'choice':
      return `one of ${kind.of.join(', ')}`;
  }
}
