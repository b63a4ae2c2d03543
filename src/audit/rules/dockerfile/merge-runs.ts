import type { Instruction, InstructionOf } from '../../../dockerfile/model.ts';
import type { DockerfileSubject } from '../../dockerfile-subject.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const mergeRuns = defineDockerfileRule({
  id: 'DL3059',
  name: 'merge-runs',
  severity: 'info',
  what: 'A RUN follows another one, each with one command.',
  why: 'Every RUN makes a layer, and what the second removes stays in the first.',
  fix: 'Join them with &&, or write both into one heredoc.',
  sources: ['hadolint DL3059'],
  bad: [
    'FROM debian:12\nRUN x\n# y\nRUN z\n',
    'FROM debian:12\nRUN --network=none x\nRUN --network=none z\n',
  ],
  good: [
    'FROM debian:12\nRUN x && y\nRUN z\n',
    'FROM debian:12\nRUN x\nCOPY a /b\nRUN z\n',
    'FROM debian:12\nRUN --network=none x\nRUN z\n',
  ],
  *check(subject) {
    for (const { instructions } of subject.dockerfile.stages)
      for (const [index, instruction] of instructions.entries()) {
        const before = instructions[index - 1];
        if (
          isSingle(instruction, subject) &&
          isSingle(before, subject) &&
          flagsOf(instruction) === flagsOf(before)
        )
          yield { span: instruction.keywordSpan };
      }
  },
});

function isSingle(
  instruction: Instruction | undefined,
  { scriptOf }: DockerfileSubject,
): instruction is InstructionOf<'run'> {
  if (instruction?.kind !== 'run' || instruction.heredocs.length > 0) return false;
  return instruction.form === 'exec' || scriptOf(instruction)?.commands.length === 1;
}

function flagsOf({ flags }: InstructionOf<'run'>): string {
  return JSON.stringify(flags.map(({ name, value }) => [name, value]).sort());
}
