import { DrydockError } from '../../core/errors.ts';
import { canonicalImageName, parseImageReference } from '../../core/image-reference.ts';
import type { BaseImage } from '../../core/ports.ts';
import type { CatalogueContext } from './catalogue-context.ts';

/**
 * Pulls an image and enters it in the catalogue as allowed by the operator, or only by a policy that lets any image
 * be pulled. Throws `input-invalid`, `base-unavailable`.
 */
export async function pullBase(
  { file, store, clock, isOffline }: CatalogueContext,
  reference: string,
  allowedBy: 'operator' | 'policy',
): Promise<BaseImage> {
  const parsed = parseImageReference(reference);
  const name = canonicalImageName(parsed);
  if (isOffline)
    throw new DrydockError(
      'base-unavailable',
      `${name} is not pulled, because Drydock is set to be offline (DRYDOCK_OFFLINE).`,
    );
  const tlsVerify = !isThisMachine(parsed.registry ?? '');
  const image = await store.pull({ reference: name, name, tlsVerify });
  const at = clock.now().toISOString();
  await file.put({ kind: 'registry', name, reference: name, image: image.digest, at, allowedBy });
  return image;
}

/** A registry on this machine may speak plain HTTP: nobody is between. */
function isThisMachine(registry: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3})(?::\d+)?$/.test(registry);
}
