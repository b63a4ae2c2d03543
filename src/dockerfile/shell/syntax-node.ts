import type { Tree } from 'web-tree-sitter';

/** A node of the shell's syntax tree, copied out of the parser's memory. Indexes count UTF-16 code units. */
export interface SyntaxNode {
  /** As tree-sitter-bash names it, e.g. `command`; operators are their own text, e.g. `&&`. */
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly isMissing: boolean;
  readonly children: readonly SyntaxNode[];
}

interface GrowingNode extends SyntaxNode {
  readonly children: GrowingNode[];
}

/** Copies a tree without recursion: a chain of `&&` nests as deep as it is long. */
export function copyTree(tree: Tree): SyntaxNode {
  const cursor = tree.walk();
  const read = (): GrowingNode => ({
    type: cursor.nodeType,
    from: cursor.startIndex,
    to: cursor.endIndex,
    isMissing: cursor.nodeIsMissing,
    children: [],
  });
  try {
    const root = read();
    const path = [root];
    let isGoingDown = true;
    while (path.length > 0) {
      if (isGoingDown && cursor.gotoFirstChild()) {
        const child = read();
        path.at(-1)?.children.push(child);
        path.push(child);
        continue;
      }
      path.pop();
      isGoingDown = cursor.gotoNextSibling();
      if (isGoingDown) {
        const sibling = read();
        path.at(-1)?.children.push(sibling);
        path.push(sibling);
      } else if (!cursor.gotoParent()) break;
    }
    return root;
  } finally {
    cursor.delete();
  }
}
