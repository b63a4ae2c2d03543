import type { Span } from '../../core/finding.ts';
import { type MappedText, spanIn } from '../mapped-text.ts';
import type { ShellAssignment, ShellCommand, ShellRedirect, ShellWord } from './model.ts';
import { readWord } from './read-word.ts';
import type { SyntaxNode } from './syntax-node.ts';

const COMMANDS = new Set([
  'command',
  'declaration_command',
  'unset_command',
  'test_command',
  'variable_assignment',
]);
const NESTING = new Set([
  'subshell',
  'command_substitution',
  'process_substitution',
  'compound_statement',
  'if_statement',
  'while_statement',
  'for_statement',
  'c_style_for_statement',
  'case_statement',
  'function_definition',
]);
const OPERATORS: ReadonlyMap<string, ShellCommand['joinedBy']> = new Map([
  ['&&', '&&'],
  ['||', '||'],
  ['|', '|'],
  ['|&', '|'],
  [';', ';'],
  ['&', ';'],
  ['\n', ';'],
]);
const REDIRECTS = new Set(['file_redirect', 'heredoc_redirect', 'herestring_redirect']);

interface Visit {
  readonly node: SyntaxNode;
  readonly depth: number;
  readonly pipeline: ShellCommand['pipeline'];
  /** An assignment or redirect that its command has taken already. */
  readonly isTaken: boolean;
}

/** Every simple command below `root`, in the order of the text, and what could not be read. No recursion. */
export function collectCommands(
  mapped: MappedText,
  root: SyntaxNode,
): { readonly commands: readonly ShellCommand[]; readonly unparsed: readonly Span[] } {
  const commands: { command: ShellCommand; to: number }[] = [];
  const unparsed: Span[] = [];
  const loose: { redirect: ShellRedirect; from: number }[] = [];
  const stack: Visit[] = [{ node: root, depth: 0, pipeline: null, isTaken: false }];
  let pipelines = 0;
  let joinedBy: ShellCommand['joinedBy'] = null;
  for (let visit = stack.pop(); visit !== undefined; visit = stack.pop()) {
    const { node, isTaken } = visit;
    if (node.type === 'ERROR' || node.isMissing) unparsed.push(spanIn(mapped, node.from, node.to));
    if (OPERATORS.has(node.type)) joinedBy = OPERATORS.get(node.type) ?? null;
    if (node.type === 'pipeline') pipelines += 1;
    if (!isTaken && COMMANDS.has(node.type)) {
      commands.push({ command: readCommand(mapped, visit, joinedBy), to: node.to });
      joinedBy = null;
    } else if (!isTaken && REDIRECTS.has(node.type))
      loose.push({ redirect: readRedirect(mapped, node), from: node.from });
    pushChildren(stack, visit, pipelines);
  }
  return { commands: withRedirects(commands, loose), unparsed };
}

function pushChildren(stack: Visit[], { node, depth, pipeline }: Visit, pipelineId: number): void {
  const isCommand = COMMANDS.has(node.type);
  const isSubstitution = node.type === 'command_substitution' || node.type === 'process_substitution';
  const childDepth = NESTING.has(node.type) ? depth + 1 : depth;
  const length =
    node.type === 'pipeline' ? node.children.filter(({ type }) => !OPERATORS.has(type)).length : 0;
  let position = length;
  for (let at = node.children.length - 1; at >= 0; at -= 1) {
    const child = node.children[at];
    if (child === undefined) continue;
    if (length > 0 && !OPERATORS.has(child.type)) position -= 1;
    const own = isSubstitution ? null : pipeline;
    stack.push({
      node: child,
      depth: childDepth,
      pipeline: length > 0 ? { id: pipelineId, position, length } : own,
      isTaken: isCommand && (child.type === 'variable_assignment' || REDIRECTS.has(child.type)),
    });
  }
}

function readCommand(
  mapped: MappedText,
  { node, depth, pipeline }: Visit,
  joinedBy: ShellCommand['joinedBy'],
): ShellCommand {
  const assignments: ShellAssignment[] = [];
  const args: ShellWord[] = [];
  const redirects: ShellRedirect[] = [];
  let name: ShellWord | null = null;
  for (const child of node.type === 'variable_assignment' ? [node] : node.children) {
    if (child.type === 'variable_assignment') {
      assignments.push(readAssignment(mapped, child));
      if (name !== null) args.push(readWord(mapped, child));
    } else if (REDIRECTS.has(child.type)) redirects.push(readRedirect(mapped, child));
    else if (name === null) name = readWord(mapped, child);
    else if (node.type !== 'test_command') args.push(readWord(mapped, child));
  }
  return {
    kind: 'command',
    name,
    args,
    assignments,
    redirects,
    pipeline,
    joinedBy,
    depth,
    span: spanIn(mapped, node.from, node.to),
  };
}

function readAssignment(mapped: MappedText, node: SyntaxNode): ShellAssignment {
  const [name, , value] = node.children;
  return {
    name: name === undefined ? '' : mapped.text.slice(name.from, name.to),
    value: value === undefined ? null : readWord(mapped, value),
  };
}

function readRedirect(mapped: MappedText, node: SyntaxNode): ShellRedirect {
  const operator = node.children.findIndex(({ type }) => /^[&<>]/.test(type));
  const target = node.children[operator + 1];
  const to = node.type === 'heredoc_redirect' ? (target?.to ?? node.to) : node.to;
  return {
    operator: mapped.text.slice(node.from, node.children[operator]?.to ?? node.from).trim(),
    target: target === undefined ? null : readWord(mapped, target),
    span: spanIn(mapped, node.from, to),
  };
}

/** Gives each redirect that stands outside a command to the command in front of it. */
function withRedirects(
  commands: readonly { readonly command: ShellCommand; readonly to: number }[],
  loose: readonly { readonly redirect: ShellRedirect; readonly from: number }[],
): readonly ShellCommand[] {
  if (loose.length === 0) return commands.map(({ command }) => command);
  const added = new Map<ShellCommand, ShellRedirect[]>();
  const byEnd = [...commands].sort((a, b) => a.to - b.to);
  for (const { redirect, from } of loose) {
    const owner = lastBefore(byEnd, from);
    if (owner === undefined) continue;
    const redirects = added.get(owner);
    if (redirects === undefined) added.set(owner, [redirect]);
    else redirects.push(redirect);
  }
  return commands.map(({ command }) => {
    const redirects = added.get(command);
    return redirects === undefined
      ? command
      : { ...command, redirects: [...command.redirects, ...redirects] };
  });
}

function lastBefore(
  byEnd: readonly { readonly command: ShellCommand; readonly to: number }[],
  at: number,
): ShellCommand | undefined {
  let low = 0;
  let high = byEnd.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((byEnd[middle]?.to ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return byEnd[low - 1]?.command;
}
