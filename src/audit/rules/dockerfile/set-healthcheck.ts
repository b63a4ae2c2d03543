import type { Flag, Stage } from '../../../dockerfile/model.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const setHealthcheck = defineDockerfileRule({
  id: 'DL3057',
  name: 'set-healthcheck',
  severity: 'info',
  what: 'The image has no HEALTHCHECK.',
  why: 'An engine can not tell a program that hangs from one that works.',
  fix: 'Add HEALTHCHECK CMD and a command that asks the program, or HEALTHCHECK NONE where something else does.',
  sources: [
    'hadolint DL3057',
    'Trivy DS-0026',
    'Checkov CKV_DOCKER_2',
    'CIS-Docker 4.6',
    'dockle CIS-DI-0006',
  ],
  isEnabledByDefault: false,
  bad: ['FROM debian:12\n', 'FROM debian:12 AS a\nHEALTHCHECK NONE\nFROM debian:12\n'],
  good: [
    'FROM debian:12\nHEALTHCHECK CMD ["x"]\n',
    'FROM debian:12 AS a\nHEALTHCHECK NONE\nFROM a\n',
    'FROM debian:12 AS a\nFROM debian:12\nCOPY --from=a /x /y\nHEALTHCHECK NONE\n',
  ],
  *check({ dockerfile, scopes, instructions }) {
    const used = new Set<Stage | null>(dockerfile.stages.map((stage) => scopes.parentOf(stage)));
    for (const user of instructions('copy', 'run')) {
      const stage = scopes.stageOf(user);
      for (const flag of user.flags) {
        const name = sourceOf(flag);
        if (name !== undefined && stage !== null) used.add(scopes.findStage(name, stage));
      }
    }
    const healthy = new Set<Stage | null>();
    for (const stage of dockerfile.stages) {
      if (
        stage.instructions.some(({ kind }) => kind === 'healthcheck') ||
        healthy.has(scopes.parentOf(stage))
      )
        healthy.add(stage);
      else if (stage.from !== null && !used.has(stage)) yield { span: stage.from.span };
    }
  },
});

/** The stage that COPY --from or RUN --mount reads. */
function sourceOf({ name, value }: Flag): string | undefined {
  if (name === 'from') return value ?? undefined;
  return name === 'mount' ? /(?:^|,)from=([^,]+)/.exec(value ?? '')?.[1] : undefined;
}
