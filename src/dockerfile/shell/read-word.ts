import { type MappedText, spanIn } from '../mapped-text.ts';
import type { ShellWord } from './model.ts';
import type { SyntaxNode } from './syntax-node.ts';

const QUOTES = new Set(['string', 'raw_string', 'ansi_c_string', 'translated_string']);
const EXPANSIONS = new Set([
  'simple_expansion',
  'expansion',
  'command_substitution',
  'process_substitution',
  'arithmetic_expansion',
]);
/** Concatenations and strings nest no deeper in what people write; below, the text is taken as it stands. */
const MAX_DEPTH = 8;

/** A word of a command out of its syntax node. */
export function readWord(mapped: MappedText, node: SyntaxNode): ShellWord {
  const text = mapped.text.slice(node.from, node.to);
  return {
    text,
    value: readValue(mapped.text, node, 0),
    isQuoted: text.includes('\\') || has(node, QUOTES, 0),
    hasExpansion: has(node, EXPANSIONS, 0),
    span: spanIn(mapped, node.from, node.to),
  };
}

function has(node: SyntaxNode, types: ReadonlySet<string>, depth: number): boolean {
  if (types.has(node.type)) return true;
  return depth < MAX_DEPTH && node.children.some((child) => has(child, types, depth + 1));
}

function readValue(text: string, node: SyntaxNode, depth: number): string {
  const raw = text.slice(node.from, node.to);
  if (EXPANSIONS.has(node.type) || depth > MAX_DEPTH) return raw;
  switch (node.type) {
    case 'raw_string':
      return raw.slice(1, -1);
    case 'ansi_c_string':
      return raw.slice(2, -1);
    case 'string':
      return readParts(text, node, depth).slice(1, -1);
    case 'concatenation':
    case 'command_name':
    case 'translated_string':
      return readParts(text, node, depth);
    case 'string_content':
      return raw.replaceAll(/\\(["\\$`\n])/g, '$1').replaceAll('\\\n', '');
    default:
      return raw.replaceAll(/\\([\s\S])/g, (_, next: string) => (next === '\n' ? '' : next));
  }
}

/** The values of the children and what stands between them. */
function readParts(text: string, node: SyntaxNode, depth: number): string {
  const parts: string[] = [];
  let at = node.from;
  for (const child of node.children) {
    parts.push(text.slice(at, child.from), readValue(text, child, depth + 1));
    at = child.to;
  }
  parts.push(text.slice(at, node.to));
  return node.children.length === 0
    ? text.slice(node.from, node.to).replaceAll(/\\([\s\S])/g, '$1')
    : parts.join('');
}
