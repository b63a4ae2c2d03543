import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkDockerfile } from './dockerfile-check.ts';

const BASE = `sha256:${'a'.repeat(64)}`;
const LABEL = { key: 'org.drydock.space.x', value: 'space' };
const check = (text: string) => checkDockerfile(text, { bases: new Set([BASE]) }, LABEL);

test('a canonical Dockerfile is fine, and each FROM is followed by the mark', () => {
  const checked = check(
    `ARG A=1\nFROM ${BASE} AS stage-0\nRUN a && b\nFROM stage-0 AS stage-1\nCOPY --from=stage-0 --chown=1:1 x y\nCOPY --from=0 x y\n`,
  );

  assert.deepEqual(checked, {
    status: 'fine',
    labels: 2,
    text: `ARG A=1\nFROM ${BASE} AS stage-0\nLABEL org.drydock.space.x="space"\nRUN a && b\nFROM stage-0 AS stage-1\nLABEL org.drydock.space.x="space"\nCOPY --from=stage-0 --chown=1:1 x y\nCOPY --from=0 x y\n`,
  });
});

test('an escape directive is heeded as the first line only', () => {
  assert.equal(check(`# escape=\`\nFROM ${BASE}\nRUN a \`\n b\nRUN dir C:\\\nRUN x\n`).status, 'fine');
  assert.equal(check(`\n# escape=\`\nFROM ${BASE}\n`).status, 'refused');
});

test('an exec form may hold a heredoc for its shell', () => {
  assert.equal(check(`FROM ${BASE}\nRUN ["/bin/sh","-c","cat <<EOF\\nx\\nEOF\\n"]\n`).status, 'fine');
});

const REFUSED: readonly (readonly [string, string])[] = [
  ['a base that is not held', 'FROM debian:12'],
  ['a base by variable', `ARG B=debian\nFROM $B`],
  ['a base for another platform', `FROM --platform=linux/arm64 ${BASE}`],
  ['a stage that comes later', `FROM later\nFROM ${BASE} AS later`],
  ['a FROM over two lines', `FROM \\\n debian`],
  ['a keyword over two lines', `FROM ${BASE}\nAD\\\nD https://a.example/x /`],
  ['a FROM that continues', `FROM ${BASE}\nRUN a \\\nFROM debian`],
  ['a FROM after a doubtful continuation', `FROM ${BASE}\nRUN a \\\\\nADD https://a.example/x /`],
  ['a FROM behind a heredoc', `FROM ${BASE}\nRUN <<RUN\nFROM debian\nRUN`],
  ['a syntax frontend', `# syntax=evil/frontend\nFROM ${BASE}`],
  ['COPY from an image', `FROM ${BASE}\nCOPY --from=debian:12 / /`],
  ['COPY from a later stage', `FROM ${BASE}\nCOPY --from=1 / /\nFROM ${BASE}`],
  ['COPY from an image in a trigger', `FROM ${BASE}\nONBUILD COPY --from=debian / /`],
  ['ADD of a URL', `FROM ${BASE}\nADD https://a.example/x /`],
  ['ADD of a URL in capitals', `FROM ${BASE}\nADD HTTP://169.254.169.254/ /`],
  ['ADD of a quoted URL', `FROM ${BASE}\nADD "ht"tp://a.example/x /`],
  ['ADD of an escaped URL', `FROM ${BASE}\nADD \\h\\ttp://a.example/x /`],
  ['ADD of a URL in a variable', `FROM ${BASE}\nARG U=https://a.example\nADD $U/x /`],
  ['ADD of a URL half in a variable', `FROM ${BASE}\nARG U=tp://a.example\nADD ht$U /`],
  ['ADD of a URL in exec form', `FROM ${BASE}\nADD ["https://a.example/x", "/"]`],
  ['ADD of a URL in escaped exec form', `FROM ${BASE}\nADD --chown=1 ["\\u0068ttps://a.example/x", "/"]`],
  ['ADD of a URL in a trigger', `FROM ${BASE}\nONBUILD ADD https://a.example/x /`],
  ['ADD over two lines', `FROM ${BASE}\nADD \\\nhttps://a.example/x /`],
  ['a trigger in a trigger', `FROM ${BASE}\nONBUILD ONBUILD ADD https://a.example/x /`],
  ['a flag of RUN', `FROM ${BASE}\nRUN --mount=type=bind,from=debian true`],
  ['an odd blank before FROM', `FROM ${BASE}\n\u0085FROM debian`],
];

for (const [what, text] of REFUSED) {
  test(`${what} is refused`, () => {
    assert.equal(check(`${text}\n`).status, 'refused');
  });
}
