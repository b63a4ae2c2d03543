import manifest from '../../package.json' with { type: 'json' };

/** Of Drydock, from package.json. */
export const VERSION: string = manifest.version;
