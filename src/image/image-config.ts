import type { ImageConfig } from '../core/ports.ts';

const MAX_ITEMS = 4096;
const MAX_TEXT_CHARS = 32 * 1024;

/** What an image's configuration blob says, beyond `ImageConfig`. */
export interface ConfigBlob {
  readonly config: ImageConfig;
  /** ISO 8601 as written, or empty. */
  readonly createdAt: string;
  /** The digest of each layer's plain tar, lowest first, as written: nobody has checked them. */
  readonly diffIds: readonly string[];
}

/** Reads an image's configuration. Hostile: every field gets a value, lists and texts are cut. Source: OCI image-spec. */
export function readConfigBlob(document: unknown): ConfigBlob {
  const image = fields(document);
  const config = fields(image.get('config'));
  return {
    createdAt: text(image.get('created')),
    diffIds: texts(fields(image.get('rootfs')).get('diff_ids')),
    config: {
      user: text(config.get('User')),
      env: texts(config.get('Env')),
      entrypoint: texts(config.get('Entrypoint')),
      cmd: texts(config.get('Cmd')),
      workingDir: text(config.get('WorkingDir')),
      labels: Object.fromEntries(
        [...fields(config.get('Labels'))].slice(0, MAX_ITEMS).map(([name, value]) => [name, text(value)]),
      ),
      volumes: names(config.get('Volumes')),
      exposedPorts: names(config.get('ExposedPorts')),
      stopSignal: text(config.get('StopSignal')),
      hasHealthcheck: fields(config.get('Healthcheck')).size > 0,
      onBuild: texts(config.get('OnBuild')),
      architecture: text(image.get('architecture')),
      os: text(image.get('os')),
      history: list(image.get('history')).map((entry) => ({
        createdBy: text(fields(entry).get('created_by')),
        isEmpty: fields(entry).get('empty_layer') === true,
      })),
    },
  };
}

/** The fields of a hostile object; none for anything else. */
export function fields(value: unknown): ReadonlyMap<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return new Map(isObject ? Object.entries(value) : []);
}

/** The first items of a hostile list; none for anything else. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS) : [];
}

/** A hostile text, cut; empty for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_CHARS) : '';
}

function texts(value: unknown): readonly string[] {
  return list(value).map(text);
}

function names(value: unknown): readonly string[] {
  return [...fields(value).keys()].slice(0, MAX_ITEMS).map(text);
}
