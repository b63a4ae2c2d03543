import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile } from './parse.ts';
import { renderCanonical } from './render.ts';

function render(text: string, heredocs: 'lower' | 'keep' = 'lower'): string {
  const from = (stage: { readonly index: number }) => (stage.index === 0 ? 'localhost/base:1' : null);
  return renderCanonical(parseDockerfile(text), { from, heredocs });
}

test('comments, directives, continued lines, CRLF and lower case are gone; FROM is replaced', () => {
  const text =
    '# syntax=docker/dockerfile:1\r\nfrom debian:12\r\n# why\r\nrun a \\\r\n  # more\r\n  b\r\ncmd ["x",   "y"]\r\n';

  assert.equal(render(text), 'FROM localhost/base:1 AS stage-0\nRUN a   b\nCMD ["x","y"]\n');
});

test('stages are named by number wherever they are used', () => {
  const text = 'FROM a AS b\nFROM b AS B\nCOPY --from=b --chown=1:1 x y\nFROM b\nCOPY --from=0 x y\n';

  assert.equal(
    render(text),
    'FROM localhost/base:1 AS stage-0\nFROM stage-0 AS stage-1\nCOPY --from=stage-0 --chown=1:1 x y\nFROM stage-1 AS stage-2\nCOPY --from=stage-0 x y\n',
  );
});

test('a RUN that is one heredoc becomes the shell with the script', () => {
  assert.equal(
    render('FROM a\nRUN <<EOF\nset -e\necho "x"\nEOF\nUSER 1\n'),
    'FROM localhost/base:1 AS stage-0\nRUN ["/bin/sh","-c","set -e\\necho \\"x\\"\\n"]\nUSER 1\n',
  );
  assert.match(
    render('FROM a\nSHELL ["/bin/bash", "-ec"]\nRUN <<-EOF\n\ta\n\tEOF\n'),
    /^RUN \["\/bin\/bash","-ec","a\\n"\]$/m,
  );
  assert.match(render('FROM a\nRUN <<EOF\n#!/bin/bash -x\na\nEOF\n'), /^RUN \["\/bin\/bash","-x","-c",/m);
});

test('a RUN with a heredoc as input keeps the heredoc inside the script', () => {
  assert.match(
    render('FROM a\nRUN cat <<EOF > /x && b\nhello\nEOF\n'),
    /^RUN \["\/bin\/sh","-c","cat <<EOF > \/x && b\\nhello\\nEOF\\n"\]$/m,
  );
});

test('a heredoc can not smuggle an instruction into the rendering', () => {
  const text = 'FROM a\nRUN <<EOF\nx\nUSER root\nRUN --security=insecure evil\nEOF\nUSER 1\n';

  assert.deepEqual(
    parseDockerfile(render(text)).instructions.map(({ kind }) => kind),
    ['from', 'run', 'user'],
  );
});

test('each ARG has a line of its own, and labels with odd keys stay quoted', () => {
  assert.equal(
    render('ARG A=1 B\nFROM a\nLABEL "a b"="c d" e.f=g\nENV X y z\n'),
    'ARG A=1\nARG B\nFROM localhost/base:1 AS stage-0\nLABEL "a b"="c d" e.f=g\nENV X y z\n',
  );
});
