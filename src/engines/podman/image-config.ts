import type { ImageConfig } from '../../core/ports.ts';

const MAX_ITEMS = 4096;
const MAX_TEXT_LENGTH = 32 * 1024;

/**
 * Reads the configuration that an image's id is the digest of. Its words are hostile: lists and texts are cut at
 * bounds, and every field has a value. Throws a `TypeError` or `SyntaxError` when it is no such document.
 * Source: https://github.com/opencontainers/image-spec/blob/main/config.md, and Docker's image specification 1.2.
 */
export function parseImageConfig(json: string): ImageConfig {
  const document: unknown = JSON.parse(json);
  const image = fields(document);
  if (image.size === 0) throw new TypeError('An object was expected.');
  const config = fields(image.get('config'));
  return {
    user: text(config.get('User')),
    env: texts(config.get('Env')),
    entrypoint: texts(config.get('Entrypoint')),
    cmd: texts(config.get('Cmd')),
    workingDir: text(config.get('WorkingDir')),
    labels: Object.fromEntries(
      [...fields(config.get('Labels'))].slice(0, MAX_ITEMS).map(([name, value]) => [name, text(value)]),
    ),
    volumes: [...fields(config.get('Volumes')).keys()].slice(0, MAX_ITEMS),
    exposedPorts: [...fields(config.get('ExposedPorts')).keys()].slice(0, MAX_ITEMS),
    stopSignal: text(config.get('StopSignal')),
    hasHealthcheck: hasHealthcheck(config.get('Healthcheck')),
    onBuild: texts(config.get('OnBuild')),
    architecture: text(image.get('architecture')),
    os: text(image.get('os')),
    history: list(image.get('history')).map((entry) => ({
      createdBy: text(fields(entry).get('created_by')),
      isEmpty: fields(entry).get('empty_layer') === true,
    })),
  };
}

function fields(value: unknown): ReadonlyMap<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return new Map(isObject ? Object.entries(value) : []);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MAX_ITEMS) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, MAX_TEXT_LENGTH) : '';
}

function texts(value: unknown): readonly string[] {
  return list(value).map(text);
}

/** `HEALTHCHECK NONE` is stored as one too. */
function hasHealthcheck(value: unknown): boolean {
  const [test] = texts(fields(value).get('Test'));
  return test !== undefined && test !== 'NONE';
}
