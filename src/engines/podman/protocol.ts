import type { Wants } from '../../core/ports.ts';

/** What the agent is told on its command line. Paths are the host's. */
export interface AgentSetup {
  /** Becomes /space. Null: an empty one in memory. */
  readonly space: string | null;
  /** Becomes /bases. */
  readonly bases: string;
  readonly areBasesWritable: boolean;
  /** Programs outside /usr that a step needs, at the same path inside. */
  readonly programs: readonly string[];
}

/** What the keeper asks of the agent. Every request has an id of its own and is answered under it. */
export type AgentRequest =
  | {
      readonly op: 'spawn';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly maxOutputBytes: number;
    }
  /** Bytes (the body) for the standard input of the program that was spawned under this id. */
  | { readonly op: 'input' }
  | { readonly op: 'input-end' }
  /** Makes a new file of the body; its folder is made too. */
  | { readonly op: 'write'; readonly path: string }
  | { readonly op: 'read'; readonly path: string; readonly maxBytes: number }
  | { readonly op: 'make-folders'; readonly paths: readonly string[] }
  /** Kills everything in the cell but the agent, and answers when it is dead. */
  | { readonly op: 'kill-all' }
  /** From now on nobody in the cell can make a user namespace: kernel flaws need one (CVE-2022-0185, CVE-2024-1086). */
  | { readonly op: 'forbid-namespaces' }
  | { readonly op: 'take-result'; readonly folder: string }
  /** Answers with the configuration as body; `why: 'not-found'` when no store has the image. */
  | { readonly op: 'find-image'; readonly stores: readonly string[]; readonly imageId: string }
  /** Mounts that image read-only and answers with why no engine must start it, if so. */
  | { readonly op: 'mount-image'; readonly stores: readonly string[]; readonly imageId: string }
  /** Reads files of the image that is mounted. */
  | { readonly op: 'collect'; readonly wants: Wants }
  /** Answers with `limit` when one is passed; null is not watched. */
  | {
      readonly op: 'watch';
      readonly memoryBytes: number | null;
      readonly processes: number | null;
      readonly diskBytes: number | null;
    };

/** What the agent answers. The keeper does not trust it: it checks each field. */
export type AgentEvent =
  /** The agent stands in its new root and waits. */
  | { readonly event: 'ready' }
  | { readonly event: 'stdout' | 'stderr' }
  | { readonly event: 'output-exceeded' }
  | { readonly event: 'end'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly event: 'done'; readonly kind?: string; readonly why?: string; readonly sizeBytes?: number }
  | { readonly event: 'failed'; readonly message: string }
  | {
      readonly event: 'file';
      readonly path: string;
      readonly sizeBytes: number;
      readonly hasContent: boolean;
    }
  | { readonly event: 'unreadable'; readonly path: string; readonly why: string }
  | { readonly event: 'limit'; readonly what: 'memory' | 'processes' | 'disk' };
