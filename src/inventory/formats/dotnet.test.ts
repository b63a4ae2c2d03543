import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dotnet } from './dotnet.ts';

const read = (content: unknown) =>
  dotnet.read({
    path: '/app/app.deps.json',
    content: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
  });

suite('.NET', () => {
  test('packages and the runtime are given, the project is not', () => {
    const libraries = {
      'app/1.0.0': { type: 'project' },
      'Newtonsoft.Json/13.0.1': { type: 'package', sha512: 'x' },
      'runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.1': { type: 'runtimepack' },
      'Some.Thing/1.2.3.4-beta.1': { type: 'package' },
    };

    assert.deepEqual(read({ libraries }), {
      packages: [
        { type: 'nuget', name: 'Newtonsoft.Json', version: '13.0.1' },
        { type: 'nuget', name: 'Microsoft.NETCore.App.Runtime.linux-x64', version: '8.0.1' },
        { type: 'nuget', name: 'Some.Thing', version: '1.2.3.4-beta.1' },
      ],
      problems: [],
    });
  });

  test('hostile content is a problem', () => {
    const libraries = ['', 'a', '/1.0.0', '../a/1.0.0', 'a\u001b/1.0.0', 'a/latest', '__proto__/x'];
    for (const content of [
      '{',
      '[]',
      {},
      { libraries: [] },
      ...libraries.map((key) => ({ libraries: { [key]: { type: 'package' } } })),
    ]) {
      const { packages, problems } = read(content);

      assert.deepEqual(packages, []);
      assert.equal(problems.length, 1, JSON.stringify(content));
      assert.match(problems[0] ?? '', /^[\x20-\x7e]{10,200}$/);
    }
  });
});
