/**
 * What keeps a browser from doing anything with an answer but reading it: the page of the document has a policy of its
 * own. The same values as helmet gives, set at once, because helmet's one by one cost more than the rest of an answer.
 * Source: OWASP REST Security Cheat Sheet.
 */
export const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none';frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;
