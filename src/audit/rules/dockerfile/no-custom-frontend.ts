import { isCustomFrontend } from '../../../dockerfile/frontend.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noCustomFrontend = defineDockerfileRule({
  id: 'DD1101',
  name: 'no-custom-frontend',
  severity: 'error',
  what: 'The file names its own frontend: a program that is fetched and run to read it.',
  why: 'That program decides what the file means and runs before any instruction, inside the builder.',
  fix: 'Remove the syntax line, or name docker/dockerfile:1.',
  sources: ['CWE-829', 'Docker frontends'],
  bad: [
    '# syntax=evil/frontend\nFROM debian:12\n',
    '// syntax=evil/frontend\nFROM debian:12\n',
    '{"syntax": "evil/frontend"}\n',
    '# syntax=docker/dockerfile:1-labs\nFROM debian:12\n',
  ],
  good: [
    '# syntax=docker/dockerfile:1\nFROM debian:12\n',
    '# syntax = docker.io/docker/dockerfile:1.7.0\nFROM debian:12\n',
    '# a comment\n# syntax=evil/frontend\nFROM debian:12\n',
  ],
  *check({ dockerfile }) {
    for (const directive of dockerfile.directives)
      if (isCustomFrontend(directive))
        yield {
          span: directive.valueSpan,
          message: `The frontend ${JSON.stringify(directive.value.slice(0, 80))} would be fetched and run to read this file.`,
        };
  },
});
