import { randomBytes } from 'node:crypto';
import { keysOf, textOf } from './json-fields.ts';

/** Labels that begin so are ours; whoever shows an image's labels leaves them out. */
export const OUR_LABELS = 'org.drydock.';
/** Where a base came from. Images that are built on one bear it too. */
export const ORIGIN_LABEL = `${OUR_LABELS}origin`;
const SPACE_PREFIX = `${OUR_LABELS}space.`;

/**
 * The label that everything of one space bears: containers, volumes, and, because it is written behind each FROM,
 * every image of its builds. Its name can't be guessed, so that no Dockerfile can take it off or put it elsewhere.
 */
export interface SpaceMark {
  readonly spaceId: string;
  readonly key: string;
  /** As Docker's `filters` want it. */
  readonly filter: string;
  readonly labels: Readonly<Record<string, string>>;
}

export function createMark(spaceId: string): SpaceMark {
  const key = `${SPACE_PREFIX}${randomBytes(16).toString('hex')}`;
  return { spaceId, key, filter: JSON.stringify({ label: [key] }), labels: { [key]: spaceId } };
}

/** The spaces that `labels` name, by whomever they were put there. */
export function markedSpaces(labels: unknown): readonly string[] {
  return keysOf(labels)
    .filter((key) => key.startsWith(SPACE_PREFIX))
    .map((key) => textOf(labels, key));
}
