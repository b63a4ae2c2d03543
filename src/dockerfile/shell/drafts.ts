import { type MappedText, spanIn } from '../mapped-text.ts';
import type { ShellAssignment, ShellCommand, ShellRedirect, ShellWord } from './model.ts';

/** A simple command while it is being read. */
export interface Draft {
  name: ShellWord | null;
  readonly args: ShellWord[];
  readonly assignments: ShellAssignment[];
  readonly redirects: ShellRedirect[];
  pipeline: ShellCommand['pipeline'];
  readonly joinedBy: ShellCommand['joinedBy'];
  readonly depth: number;
  /** The substitution that it stands in; pipelines do not reach into one. */
  readonly room: number;
  from: number;
  to: number;
}

/** The commands met so far, and what is known of the place where reading stands. */
export class Drafts {
  /** What joins the next command to the one in front of it. */
  joinedBy: ShellCommand['joinedBy'] = null;
  depth = 0;
  readonly #drafts: Draft[] = [];
  #room = 0;
  #rooms = 0;
  #pipelines = 0;

  get count(): number {
    return this.#drafts.length;
  }

  last(): Draft | undefined {
    return this.#drafts.at(-1);
  }

  /** A new command that begins at `at`. */
  open(at: number): Draft {
    const draft: Draft = {
      name: null,
      args: [],
      assignments: [],
      redirects: [],
      pipeline: null,
      joinedBy: this.joinedBy,
      depth: this.depth,
      room: this.#room,
      from: at,
      to: at,
    };
    this.joinedBy = null;
    this.#drafts.push(draft);
    return draft;
  }

  /** Takes the last command back. */
  drop(): void {
    this.#drafts.pop();
  }

  /** Reads a substitution: what stands in it is joined to nothing outside. */
  inSubstitution(read: () => void): void {
    const { joinedBy } = this;
    const room = this.#room;
    this.#rooms += 1;
    this.#room = this.#rooms;
    this.joinedBy = null;
    read();
    this.#room = room;
    this.joinedBy = joinedBy;
  }

  /** Makes the commands from each of `starts` up to the next one members of a pipeline. */
  joinPipeline(starts: readonly number[]): void {
    if (starts.length < 2) return;
    this.#pipelines += 1;
    for (const [position, start] of starts.entries())
      for (const draft of this.#drafts.slice(start, starts[position + 1] ?? this.#drafts.length))
        if (draft.room === this.#room)
          draft.pipeline ??= { id: this.#pipelines, position, length: starts.length };
  }

  /** In the order of the text. */
  finish(mapped: MappedText): readonly ShellCommand[] {
    return this.#drafts
      .filter(
        ({ name, assignments, redirects }) => name !== null || assignments.length + redirects.length > 0,
      )
      .map(({ from, to, room: _, ...draft }) => ({
        kind: 'command',
        ...draft,
        span: spanIn(mapped, from, to),
      }));
  }
}
