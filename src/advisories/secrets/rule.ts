/** One kind of secret: how it looks, and how an honest text that looks alike is told apart. */
export interface SecretRule {
  /** Stable for ever: policies name it, e.g. `aws-access-key`. */
  readonly id: string;
  /** What a report calls it. */
  readonly title: string;
  /** Where the form comes from. */
  readonly sources: readonly string[];
  /** One of these must occur before `pattern` is tried at all. */
  readonly keywords: readonly string[];
  /** Global, linear in time on any text; the group `secret` is what must be masked. */
  readonly pattern: RegExp;
  /** Only at locations like this. Default: everywhere. */
  readonly where?: RegExp;
  /** False for what only looks like one. Placeholders and documentation examples are sorted out before. */
  readonly isReal?: (secret: string) => boolean;
  /** How many characters of the secret tell nothing, because every secret of the kind has them. Default: 0. */
  readonly publicPrefix?: number;
  /** Executed as tests: each `bad` gives exactly one finding, each `good` none. */
  readonly bad: readonly [Example, ...Example[]];
  readonly good: readonly [Example, ...Example[]];
}

/** A text, and the location that it stands at; without one `/app/file`. */
export type Example = string | { readonly at: string; readonly text: string };

export function defineRule(rule: SecretRule): SecretRule {
  return rule;
}

const BASE62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Random-looking characters for examples, the same each time: no example is a secret, nor looks like one in this source. */
export function sample(length: number, alphabet = BASE62): string {
  let state = 42;
  return Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return alphabet[Math.floor((state / 2_147_483_648) * alphabet.length)];
  }).join('');
}
