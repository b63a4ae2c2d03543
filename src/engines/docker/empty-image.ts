import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { DrydockError } from '../../core/errors.ts';
import type { DockerApi } from './api.ts';
import { textOf } from './json-fields.ts';
import { ORIGIN_LABEL } from './marks.ts';

const REPOSITORY = 'drydock-empty';
const TAG = '1';

/** The id of an image that holds the folder /data and nothing else; made when it is not there. */
export async function createEmptyImage(api: DockerApi): Promise<string> {
  const path = `/images/${REPOSITORY}:${TAG}/json`;
  const there = await api.must({ method: 'GET', path }, [404]);
  if (there.status !== 404) return textOf(there.body, 'Id');
  const tar = pack();
  tar.entry({ name: 'data', type: 'directory', mode: 0o755 });
  tar.finalize();
  // With the label, one that another process made at the same moment is swept.
  const query = { fromSrc: '-', repo: REPOSITORY, tag: TAG, changes: `LABEL ${ORIGIN_LABEL}=drydock` };
  await api.must({
    method: 'POST',
    path: '/images/create',
    query,
    body: Readable.from(tar, { objectMode: false }),
  });
  const made = await api.must({ method: 'GET', path });
  const id = textOf(made.body, 'Id');
  if (id === '')
    throw new DrydockError('engine-failed', 'Docker was expected to import an empty image, it did not.');
  return id;
}
