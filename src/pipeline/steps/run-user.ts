/** The uid of images that name none we can use: nobody's, and no one's on the host. */
const FALLBACK = 65_532;
/** A user namespace maps 65,536 ids. */
const MAX_ID = 65_535;

export interface RunUser {
  readonly uid: number;
  readonly gid: number;
  /** Why it is not what the image says, or null. */
  readonly note: string | null;
}

/** Whom the program runs as: the image's USER when it is numeric and not 0, else 65532. A name would be looked up in a hostile file. */
export function runUser(user: string): RunUser {
  const [uidText = '', gidText] = user.split(':');
  const uid = numericId(uidText);
  if (uid === null) {
    const said =
      user === ''
        ? 'The image names no USER'
        : `The image's USER ${JSON.stringify(user.slice(0, 60))} is not numeric, or is root`;
    return { uid: FALLBACK, gid: FALLBACK, note: `${said}: it was run as ${FALLBACK}.` };
  }
  return { uid, gid: numericId(gidText ?? '') ?? uid, note: null };
}

function numericId(text: string): number | null {
  const id = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return id > 0 && id <= MAX_ID ? id : null;
}
