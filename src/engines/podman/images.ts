import { type Digest, digestOf } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { ImageConfig, ImageStore } from '../../core/ports.ts';
import type { Cell } from './cell.ts';
import { parseImageConfig } from './image-config.ts';
import type { SpaceContext } from './space.ts';

/** What was found of an image by looking at it. */
export interface FoundImage {
  readonly config: ImageConfig;
  readonly sizeBytes: number;
}

/** Opens images of a space, each in a cell of its own where nothing of the image runs. */
export function createImageStore(space: SpaceContext): ImageStore {
  return {
    async open(image) {
      const cell = await space.takeCell();
      try {
        const { config } = await findImage(cell, image);
        space.dangers.set(image, await cell.mountImage(image));
        return {
          config,
          files: { collect: (wants) => cell.collect(wants) },
          [Symbol.asyncDispose]: () => cell[Symbol.asyncDispose](),
        };
      } catch (error) {
        await cell[Symbol.asyncDispose]();
        throw error;
      }
    },
  };
}

/** What an image of the cell's space is. Throws `not-found`, `engine-failed`. */
export async function findImage(cell: Cell, image: Digest): Promise<FoundImage> {
  const found = await cell.findImage(image);
  if (found === null)
    throw new DrydockError(
      'not-found',
      `The image ${image} was expected in this job's space; it is not there.`,
    );
  if (digestOf(found.config) !== image)
    throw new DrydockError(
      'engine-failed',
      `The configuration of ${image} is not the one that its id names.`,
    );
  try {
    return { config: parseImageConfig(found.config.toString('utf8')), sizeBytes: found.sizeBytes };
  } catch (cause) {
    throw new DrydockError('engine-failed', `The configuration of ${image} was expected to be JSON.`, {
      cause,
    });
  }
}
