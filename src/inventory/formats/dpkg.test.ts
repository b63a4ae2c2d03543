import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FormatResult } from '../format.ts';
import { dpkg } from './dpkg.ts';

const STATUS = '/var/lib/dpkg/status';
const read = (text: string | Uint8Array, path = STATUS): FormatResult =>
  dpkg.read({ path, content: Buffer.from(text) });
const stanza = (fields: Record<string, string>): string =>
  `${Object.entries({ Package: 'bash', Status: 'install ok installed', Version: '5.2.15-2+b7', ...fields })
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('')}\n`;
const names = ({ packages }: FormatResult): readonly string[] =>
  packages.map(({ name, version }) => `${name} ${version}`);

suite('dpkg', () => {
  test('a package is given with its source, whose version may differ', () => {
    const text = stanza({
      Architecture: 'amd64',
      Source: 'bash (5.2.15-2)',
      Description: 'a shell\n that continues\n .',
    });

    assert.deepEqual(read(text), {
      packages: [
        {
          type: 'deb',
          name: 'bash',
          version: '5.2.15-2+b7',
          architecture: 'amd64',
          source: { name: 'bash', version: '5.2.15-2' },
        },
      ],
      problems: [],
    });
  });

  test('a source without a version has the version of the package, and none at all its name too', () => {
    const [named, bare] = read(stanza({ Source: 'src' }) + stanza({})).packages;

    assert.deepEqual(named?.source, { name: 'src', version: '5.2.15-2+b7' });
    assert.deepEqual(bare?.source, { name: 'bash', version: '5.2.15-2+b7' });
  });

  test('epochs are kept', () => {
    assert.deepEqual(names(read(stanza({ Version: '1:2.0~rc1-1+deb12u1' }))), ['bash 1:2.0~rc1-1+deb12u1']);
  });

  test('what has files on the disk counts, what has none does not', () => {
    const states = {
      installed: true,
      unpacked: true,
      'half-configured': true,
      'half-installed': true,
      'triggers-awaited': true,
      'triggers-pending': true,
      'config-files': false,
      'not-installed': false,
    };
    for (const [state, isThere] of Object.entries(states)) {
      const result = read(stanza({ Status: `deinstall ok ${state}` }));

      assert.equal(result.packages.length, isThere ? 1 : 0, state);
      assert.deepEqual(result.problems, [], state);
    }
  });

  test('field names are read in any case, as dpkg does', () => {
    assert.deepEqual(names(read('package: a\nSTATUS: install ok installed\nversion: 1\n\n')), ['a 1']);
  });

  test('distroless files need no status and no empty line at the end', () => {
    const path = '/var/lib/dpkg/status.d/tzdata';

    assert.deepEqual(names(read('Package: tzdata\nVersion: 2024a-0+deb12u1\n', path)), [
      'tzdata 2024a-0+deb12u1',
    ]);
    assert.equal(dpkg.owns(path), true);
    assert.equal(dpkg.owns(`${path}.md5sums`), false);
    assert.equal(dpkg.owns('/srv/var/lib/dpkg/status'), false);
  });

  test('a database that was cut off is told', () => {
    const whole = stanza({ Package: 'one' }) + stanza({ Package: 'two' });

    for (let end = 1; end < whole.length; end += 1) {
      const isWholeStanzas = whole.slice(0, end).endsWith('\n\n');
      assert.equal(read(whole.slice(0, end)).problems.length === 0, isWholeStanzas, `cut at ${end}`);
    }
  });

  const broken: Record<string, string> = {
    'a name with control characters': stanza({ Package: 'ba\u001b[2Jsh' }),
    'a name that climbs': stanza({ Package: '../bash' }),
    'a name of 300 characters': stanza({ Package: 'b'.repeat(300) }),
    'a version with blanks': stanza({ Version: '5 .2' }),
    'a version that is not UTF-8': stanza({ Version: '5\uFFFD' }),
    'no version': 'Package: a\nStatus: install ok installed\n\n',
    'no status': 'Package: a\nVersion: 1\n\n',
    'a state that does not exist': stanza({ Status: 'install ok hidden' }),
    'a field twice': `Package: a\n${stanza({})}`,
    'a line that is no field': `no field\n${stanza({})}`,
    'a continued first line': ` continued\n${stanza({})}`,
    'a source with control characters': stanza({ Source: 'a\u0007' }),
    'an architecture that is none': stanza({ Architecture: 'AMD 64' }),
    'a field of 100 MB': `Package: ${'x'.repeat(2e7)}\n\n`,
    'bytes of no text': '\0\0\0\0',
  };
  for (const [title, text] of Object.entries(broken))
    test(`${title}: is a problem, gives no package, and is told on one short line`, () => {
      const { packages, problems } = read(text);

      assert.deepEqual(packages, []);
      assert.ok(problems.length > 0);
      for (const problem of problems) assert.match(problem, /^[\x20-\x7e\uFFFD]{10,300}$/);
    });

  test('the stanza after a broken one is still read', () => {
    const result = read(stanza({ Version: '' }) + stanza({ Package: 'fine' }));

    assert.deepEqual(names(result), ['fine 5.2.15-2+b7']);
    assert.deepEqual(result.problems, [
      'the stanza that ends in line 3 gives bash the version "", which is no version',
    ]);
  });

  test('an empty database gives nothing; whoever asks must not take that for clean', () => {
    assert.deepEqual(read(''), { packages: [], problems: [] });
    assert.deepEqual(read(' \n\n'), { packages: [], problems: [] });
  });
});
