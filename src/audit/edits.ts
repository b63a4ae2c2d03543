import type { Edit, Fix, Position, Span } from '../core/finding.ts';

export function replace(span: Span, text: string): Edit {
  return { span, text };
}

export function insertAt(position: Position, text: string): Edit {
  return { span: { start: position, end: position }, text };
}

/** A fix that keeps the meaning of the file. */
export function safeFix(description: string, ...edits: readonly Edit[]): Fix {
  return { safe: true, edits, description };
}

/** A fix that changes what is built or run. */
export function unsafeFix(description: string, ...edits: readonly Edit[]): Fix {
  return { safe: false, edits, description };
}
