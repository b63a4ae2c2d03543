/** The weights of a base metric's values. Source: CVSS 3.1 specification, section 7.4. */
const WEIGHTS = {
  AV: { N: 0.85, A: 0.62, L: 0.55, P: 0.2 },
  AC: { L: 0.77, H: 0.44 },
  PR: { N: 0.85, L: 0.62, H: 0.27 },
  UI: { N: 0.85, R: 0.62 },
  C: { H: 0.56, L: 0.22, N: 0 },
  I: { H: 0.56, L: 0.22, N: 0 },
  A: { H: 0.56, L: 0.22, N: 0 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

/** Privileges weigh more when the scope changes. */
const CHANGED_PR: Readonly<Record<string, number>> = { N: 0.85, L: 0.68, H: 0.5 };

/**
 * The base score, 0 to 10, of a CVSS 3.0 or 3.1 vector like `CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H`, or
 * undefined when it is none. Untrusted. Source: CVSS 3.1 specification, section 7.1 and appendix A.
 */
export function cvss3Score(vector: string): number | undefined {
  if (!/^CVSS:3\.[01]\//.test(vector) || vector.length > 500) return undefined;
  const metrics = new Map(
    vector.split('/').map((part) => [part.split(':')[0] ?? '', part.split(':')[1] ?? '']),
  );
  const scope = metrics.get('S');
  if (scope !== 'U' && scope !== 'C') return undefined;
  const weigh = (metric: keyof typeof WEIGHTS): number => {
    const weights: Readonly<Record<string, number>> =
      metric === 'PR' && scope === 'C' ? CHANGED_PR : WEIGHTS[metric];
    return weights[metrics.get(metric) ?? ''] ?? Number.NaN;
  };
  const lost = 1 - (1 - weigh('C')) * (1 - weigh('I')) * (1 - weigh('A'));
  const impact = scope === 'U' ? 6.42 * lost : 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15;
  const exploitability = 8.22 * weigh('AV') * weigh('AC') * weigh('PR') * weigh('UI');
  if (Number.isNaN(impact) || Number.isNaN(exploitability)) return undefined;
  if (impact <= 0) return 0;
  return roundUp(Math.min((scope === 'U' ? 1 : 1.08) * (impact + exploitability), 10));
}

/** To one decimal, upwards, without the errors of binary fractions. */
function roundUp(score: number): number {
  const scaled = Math.round(score * 100_000);
  return scaled % 10_000 === 0 ? scaled / 100_000 : (Math.floor(scaled / 10_000) + 1) / 10;
}
