import type { JobReport } from '../../src/core/report.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}` as const;
const AT = '2026-01-02T03:04:05.000Z';

/** A report of a job that went all the way, every part filled. */
export function sampleReport(jobId: string, attempt = 1): JobReport {
  const isolation = {
    level: 'L0',
    sandbox: 'runc',
    engine: 'podman 4.3',
    degraded: ['no memory cgroup'],
  } as const;
  return {
    version: 1,
    drydock: '0.1.0',
    job: { id: jobId, name: 'My Dockerfile', attempt },
    verdict: { status: 'success', reasons: [], warnings: ['typographic quotes were read as ASCII ones'] },
    performance: 0.99,
    hardening: { score: 84, lynisPenalty: 0.2 },
    startedAt: AT,
    finishedAt: AT,
    steps: [{ name: 'build', status: 'passed', durationMs: 1200.5, summary: 'built' }],
    payload: { digest: DIGEST, dockerfileDigest: DIGEST, contextDigest: null },
    audit: {
      findings: [
        {
          rule: 'DL3007',
          name: 'no-latest-tag',
          severity: 'warning',
          message: 'latest moves',
          span: { start: { line: 1, column: 1 }, end: { line: 1, column: 5 } },
          sources: ['hadolint DL3007'],
          fix: {
            safe: false,
            edits: [{ span: { start: { line: 1, column: 1 }, end: { line: 1, column: 5 } }, text: 'x' }],
          },
        },
      ],
      hardening: { score: 84, lynisPenalty: 0.2 },
      unchecked: [],
    },
    build: {
      status: 'built',
      image: DIGEST,
      sizeBytes: 1000,
      network: 'none',
      bases: [
        { named: 'ubuntu', used: 'debian', digest: DIGEST, origin: 'built', isSubstituted: true, line: 1 },
      ],
      isolation,
    },
    inventory: {
      status: 'complete',
      notes: [],
      os: { id: 'debian', versionId: '12' },
      packages: [
        {
          name: 'bash',
          version: '5.2',
          type: 'deb',
          purl: 'pkg:deb/debian/bash@5.2',
          foundIn: '/var/lib/dpkg/status',
          source: { name: 'bash', version: '5.2' },
          architecture: 'amd64',
          licenses: ['GPL-3.0-or-later'],
        },
      ],
    },
    scan: {
      status: 'scanned',
      notes: [],
      sources: [{ name: 'debian-security', dataDate: AT, fetchedAt: AT, isStale: false }],
      vulnerabilities: [
        {
          id: 'CVE-2026-1',
          aliases: ['DSA-1'],
          severity: 'low',
          packageName: 'bash',
          packageVersion: '5.2',
          purl: 'pkg:deb/debian/bash@5.2',
          fixedVersion: '5.3',
          source: 'debian-security',
        },
      ],
      secrets: [
        { rule: 'private-key', title: 'A private key', location: '/key', line: 1, masked: '-----***' },
      ],
    },
    gate: {
      decision: 'pass',
      policy: { name: 'default', digest: DIGEST },
      reasons: [],
      warnings: [
        { code: 'vulnerable', stage: 'gate', message: 'low', clause: 'vulnerabilities.warn', line: 1 },
      ],
    },
    run: {
      status: 'exited',
      exitCode: 0,
      signal: null,
      durationMs: 3,
      user: '65532:65532',
      isolation,
      warnings: [],
    },
  };
}
