import type { InstructionKind } from './model.ts';

export type Keyword = Exclude<InstructionKind, 'unknown'>;

/**
 * The flags that each instruction has, in Docker's newest released syntax (labs included).
 * Source: https://docs.docker.com/reference/dockerfile/
 */
export const KNOWN_FLAGS: Readonly<Record<Keyword, readonly string[]>> = {
  from: ['platform'],
  run: ['mount', 'network', 'security', 'device'],
  copy: ['from', 'chown', 'chmod', 'link', 'parents', 'exclude'],
  add: ['chown', 'chmod', 'link', 'keep-git-dir', 'checksum', 'exclude', 'unpack'],
  healthcheck: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'],
  cmd: [],
  entrypoint: [],
  shell: [],
  env: [],
  label: [],
  arg: [],
  onbuild: [],
  expose: [],
  volume: [],
  workdir: [],
  user: [],
  stopsignal: [],
  maintainer: [],
};

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(
  (
    [
      'from',
      'run',
      'copy',
      'add',
      'healthcheck',
      'cmd',
      'entrypoint',
      'shell',
      'env',
      'label',
      'arg',
      'onbuild',
      'expose',
      'volume',
      'workdir',
      'user',
      'stopsignal',
      'maintainer',
    ] as const
  ).map((keyword) => [keyword, keyword]),
);

/** Which instruction a keyword is, in any case of its letters. */
export function kindOf(keyword: string): InstructionKind {
  return KEYWORDS.get(keyword.toLowerCase()) ?? 'unknown';
}
