import { VERSION } from '../../app/version.ts';
import type { Command } from '../command.ts';

export const version: Command = {
  name: 'version',
  summary: 'the version',
  usage: 'version',
  options: {},
  takes: [0, 0],
  run: async ({ io }) => {
    io.out(`drydock ${VERSION} (node ${process.versions.node})\n`);
    return 0;
  },
};
