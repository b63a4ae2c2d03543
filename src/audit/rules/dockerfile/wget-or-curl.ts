import type { Stage } from '../../../dockerfile/model.ts';
import { commandName, isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const wgetOrCurl = defineDockerfileRule({
  id: 'DL4001',
  name: 'wget-or-curl',
  severity: 'warning',
  what: 'A stage uses both wget and curl.',
  why: 'Both do the same, and each one is more to install and to keep safe.',
  fix: 'Use one of them.',
  sources: ['hadolint DL4001', 'Trivy DS-0014'],
  bad: [
    'FROM debian:12\nRUN wget -q https://e.org/x\nRUN curl -O https://e.org/y\n',
    'FROM debian:12\nRUN curl -O https://e.org/y && wget -q https://e.org/x && curl https://e.org/z\n',
  ],
  good: [
    'FROM debian:12\nRUN curl -O https://e.org/x && curl -O https://e.org/y\n',
    'FROM debian:12 AS a\nRUN curl -O https://e.org/x\nFROM debian:12\nRUN wget -q https://e.org/y\n',
    'FROM debian:12\nRUN apt-get install -y wget=1 && curl -O https://e.org/x\n',
  ],
  *check({ commands, scopes }) {
    const seen = new Map<Stage | null, Set<string>>();
    for (const { command, run } of commands) {
      if (!isProgram(command, 'wget', 'curl')) continue;
      const stage = scopes.stageOf(run);
      const tools = seen.get(stage) ?? new Set();
      const before = tools.size;
      tools.add(commandName(command));
      seen.set(stage, tools);
      if (before === 1 && tools.size === 2) yield { span: command.span };
    }
  },
});
