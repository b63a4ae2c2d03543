/** The file in the data folder that the first start of a service leaves, readable by its owner only. */
export const FIRST_TOKEN_FILE = 'first-token';
