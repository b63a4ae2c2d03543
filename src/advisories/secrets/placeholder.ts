const WORDS =
  /^(?:change[-_]?(?:me|it|this)|replace[-_]?(?:me|it|this)|(?:your|my|the|some|any|a)?[-_]?(?:super[-_]?)?(?:secret|password|passwd|passphrase|token|api[-_]?key|key|pass|credentials?)(?:[-_]?(?:here|value|goes[-_]?here))?|example|sample|test(?:ing)?|dummy|fake|foo(?:bar)?|none|null|nil|undefined|todo|true|false|yes|no|on|off|enabled|disabled|required|optional|default|auto|random|redacted|hidden|masked|removed)$/i;

/** Documentation's own: AWS, jwt.io, Stripe, and whatever says that it is one. */
const EXAMPLES =
  /EXAMPLE|example[-_.]|placeholder|SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c|4eC39HqLyjWDarjtT1zdp7dc/;

/** Whether a value stands for a secret, in a template or a manual, instead of being one. */
export function isPlaceholder(value: string): boolean {
  const text = value.trim();
  return (
    text === '' ||
    WORDS.test(text) ||
    EXAMPLES.test(text) ||
    // Filled in later: ${X}, $X, $(cmd), {{x}}, <x>, [x], %s, @X@, ENC[…].
    /^(?:\$[\w{(]|\{\{|<|\[|%[sdv(]|%\w+%|@\w+@|ENC\[|!vault)/.test(text) ||
    // One character over and over, or a run such as 12345678 and abcdefgh.
    /^(.)\1*$/.test(text) ||
    /^(?:0?123456789?0?|abcdefgh\w*)$/i.test(text) ||
    /[xX*.•]{6,}/.test(text)
  );
}
