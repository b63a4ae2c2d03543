/** The forms of `sources`. A rule with another one fails its test. */
export const KNOWN_SOURCES: readonly RegExp[] = [
  /^hadolint DL\d{4}$/,
  /^Trivy (?:DS|KSV)-\d{4,5}$/,
  /^BuildKit [A-Z][A-Za-z]+$/,
  /^Checkov CKV2?_(?:DOCKER|K8S)_\d+$/,
  /^CIS-Docker \d+(?:\.\d+)+$/,
  /^OWASP-Docker #\d+[a-z]?$/,
  /^OWASP-Kubernetes K\d+[a-z]?$/,
  /^OWASP-Node N\d+[a-z]?$/,
  /^dockle (?:CIS|DKL)-(?:DI|LI)-\d{4}$/,
  /^KICS [0-9a-f-]{36}$/,
  /^kube-linter [a-z-]+$/,
  /^compose-lint CL-\d{4}$/,
  /^Lynis [A-Z]+-\d+$/,
  /^PSS (?:baseline|restricted) .+$/,
  /^(?:CVE-\d{4}-\d+|CWE-\d+|GHSA-[a-z0-9-]+)$/,
  /^Docker [a-z-]+$/,
];

export function isKnownSource(source: string): boolean {
  return KNOWN_SOURCES.some((form) => form.test(source));
}
