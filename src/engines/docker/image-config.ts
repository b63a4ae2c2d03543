import type { ImageConfig } from '../../core/ports.ts';
import { fieldOf, keysOf, listOf, numberOf, textMapOf, textOf, textsOf } from './json-fields.ts';
import { OUR_LABELS } from './marks.ts';

/** More than any honest image has; what is beyond is cut. */
const MAX_ITEMS = 1_000;
const MAX_TEXT_LENGTH = 32_768;
/** How the classic builder writes a step that only changes the configuration. */
const CONFIGURATION_ONLY = /#\(nop\)\s+(?!ADD |COPY |WORKDIR )/;

/** The configuration from Docker's `inspect` and `history` answers, without the labels that are ours. */
export function readImageConfig(inspected: unknown, history: unknown): ImageConfig {
  const config = fieldOf(inspected, 'Config');
  const cut = (texts: readonly string[]): readonly string[] =>
    texts.slice(0, MAX_ITEMS).map((text) => text.slice(0, MAX_TEXT_LENGTH));
  const labels = Object.entries(textMapOf(config, 'Labels')).filter(([name]) => !name.startsWith(OUR_LABELS));
  const healthcheck = textsOf(config, 'Healthcheck', 'Test');
  return {
    user: textOf(config, 'User').slice(0, MAX_TEXT_LENGTH),
    env: cut(textsOf(config, 'Env')),
    entrypoint: cut(textsOf(config, 'Entrypoint')),
    cmd: cut(textsOf(config, 'Cmd')),
    workingDir: textOf(config, 'WorkingDir').slice(0, MAX_TEXT_LENGTH),
    labels: Object.fromEntries(labels.slice(0, MAX_ITEMS)),
    volumes: cut(keysOf(config, 'Volumes')),
    exposedPorts: cut(keysOf(config, 'ExposedPorts')),
    stopSignal: textOf(config, 'StopSignal').slice(0, MAX_TEXT_LENGTH),
    hasHealthcheck: healthcheck.length > 0 && healthcheck[0] !== 'NONE',
    onBuild: cut(textsOf(config, 'OnBuild')),
    architecture: textOf(inspected, 'Architecture'),
    os: textOf(inspected, 'Os'),
    history: readHistory(history),
  };
}

/** Docker gives the newest first, and does not say which layers are empty. */
function readHistory(history: unknown): ImageConfig['history'] {
  return listOf(history)
    .toReversed()
    .map((step) => ({
      createdBy: textOf(step, 'CreatedBy').slice(0, MAX_TEXT_LENGTH),
      isEmpty: numberOf(step, 'Size') === 0 && CONFIGURATION_ONLY.test(textOf(step, 'CreatedBy')),
    }))
    .filter(({ createdBy }) => !createdBy.includes(`#(nop)  LABEL ${OUR_LABELS}`))
    .slice(0, MAX_ITEMS);
}
