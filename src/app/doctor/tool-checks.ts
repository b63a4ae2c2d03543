import { access, constants } from 'node:fs/promises';
import semver from 'semver';
import { DEBIAN_KEYRING } from '../advisories.ts';
import { BOOTSTRAP, type Check, ok, tryProgram } from './diagnosis.ts';

const LEAST_NODE = '24.0.0';

const node: Check = {
  name: 'Node',
  disables: 'everything',
  remedy: 'npm ci',
  run: async () => {
    const { version, execPath } = process;
    return semver.gte(version, LEAST_NODE)
      ? ok(`${version} (${execPath})`)
      : { status: 'missing', detail: `${version}, at least ${LEAST_NODE} is needed` };
  },
};

/** A program that only has to answer. */
function tool(name: string, { args, disables }: { args: readonly string[]; disables: string }): Check {
  return {
    name,
    disables,
    remedy: BOOTSTRAP,
    run: async () => {
      const { isFine, text } = await tryProgram(name, args);
      return isFine ? ok(text) : { status: 'missing', detail: text };
    },
  };
}

const signatures: Check = {
  name: 'gpgv',
  disables: 'Debian’s security data, whose signature nobody could check: images would not be scanned',
  remedy: BOOTSTRAP,
  run: async () => {
    const { isFine, text } = await tryProgram('gpgv', ['--version']);
    if (!isFine) return { status: 'missing', detail: text };
    const isReadable = await access(DEBIAN_KEYRING, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (!isReadable) return { status: 'missing', detail: `${text}, but ${DEBIAN_KEYRING} cannot be read` };
    return ok(`${text} with Debian’s archive keys`);
  },
};

const busybox: Check = {
  name: 'busybox-static',
  disables: 'the base image busybox:latest',
  remedy: BOOTSTRAP,
  run: async () => {
    const { isFine, text } = await tryProgram('/bin/busybox', ['--help']);
    return isFine ? ok(text) : { status: 'degraded', detail: text };
  },
};

export const TOOL_CHECKS: readonly Check[] = [
  node,
  tool('mmdebstrap', { args: ['--version'], disables: 'drydock base build: bases from Debian’s packages' }),
  signatures,
  tool('xz', {
    args: ['--version'],
    disables: 'reading Debian’s security data: images would not be scanned',
  }),
  tool('slirp4netns', { args: ['--version'], disables: 'builds with network (build.network: open)' }),
  busybox,
];
