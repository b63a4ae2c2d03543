import { systemClock } from '../../src/core/clock.ts';
import { createApp } from '../../src/http/create-app.ts';
import { httpDeps } from '../../test/support/http-app.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import { type Operation, parseDocument, type Schema } from './openapi-document.ts';

const INTRODUCTION = `# The REST API

The routes of the service, made from its own OpenAPI document, which it serves at \`/api/v1/openapi.json\` beside a page to
read and try it at \`/api/v1/docs\`.

\`\`\`sh
curl -H "Authorization: $TOKEN" -H 'Content-Type: application/json' -d @payload.json http://127.0.0.1:5000/api/v1/job
{"id":"ac083da3-282d-4f20-8b65-37c3a52f39ab"}
\`\`\`

- **Who asks.** \`Authorization: TOKEN\` or \`Authorization: Bearer TOKEN\`; \`drydock token create\` makes one. Paths marked *open* need none.
- **What goes wrong** is a problem document (RFC 9457, \`application/problem+json\`): \`type\`, \`title\`, \`status\`, \`detail\`, \`instance\`, \`code\`,
  \`requestId\` and, for input that is not valid, \`errors\` with a JSON pointer each. [errors.md](errors.md) lists the codes.
- **How often.** \`RateLimit-Policy\` and \`RateLimit\` tell the budget of a minute, 429 comes with \`Retry-After\`. Bodies above 1 MiB wait their turn.
- **Bodies** are JSON: at most 8 levels, 64 keys, no key twice, no field that the schema does not name.
- **Times** are ISO 8601 in UTC. **HEAD** answers wherever GET does. A wrong method is told the right ones by \`Allow\`.

<!-- Made by script/generate-docs.ts from the routes in src/http. -->
`;

/** docs/api.md: the OpenAPI document for people. */
export async function renderApiPage(): Promise<string> {
  const app = await createApp(httpDeps(createMemoryStore(systemClock)));
  const document = parseDocument(app.swagger());
  await app.close();
  const sections = document.tags.map(({ name, description }) => {
    const operations = document.operations.filter((operation) => operation.tag === name);
    return `## ${title(name)}\n\n${description}\n\n${operations.map(renderOperation).join('\n')}`;
  });
  const schemas = document.schemas.map(
    ([name, schema]) => `### ${name}\n\n${schema.description ?? ''}\n\n${renderFields(schema)}`,
  );
  return `${[INTRODUCTION, ...sections, '## Schemas\n', ...schemas]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .trimEnd()}\n`;
}

function renderOperation(operation: Operation): string {
  const { method, path, summary, description, isOpen, parameters, body, responses } = operation;
  const parts = [`### ${method} ${path}\n`, `${summary}${isOpen ? ' (*open*)' : ''}. ${description}\n`];
  if (parameters.length > 0)
    parts.push(
      '| parameter | in | type | what |\n|---|---|---|---|',
      ...parameters.map(
        (it) =>
          `| \`${it.name}\`${it.isRequired ? ', required' : ''} | ${it.in} | ${typeOf(it.schema)} | ${cell(it.description)} |`,
      ),
      '',
    );
  if (body !== null) parts.push(`Takes ${typeOf(body)}.\n`);
  parts.push('| status | type | what |\n|---|---|---|');
  for (const { status, type, schema, description: what } of responses)
    parts.push(
      `| ${status} | ${type === null ? '–' : `\`${type}\` ${schema === null ? '' : typeOf(schema)}`} | ${cell(what)} |`,
    );
  return `${parts.join('\n')}\n`;
}

function renderFields(schema: Schema): string {
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const isRequired = schema.required?.includes(name) ?? false;
    return `| \`${name}\`${isRequired ? '' : ', optional'} | ${typeOf(field)} | ${cell(field.description ?? '')} |`;
  });
  return rows.length === 0 ? '' : `| field | type | what |\n|---|---|---|\n${rows.join('\n')}\n`;
}

/** A schema in a few words: its type, its words, its bounds. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return `[${name}](#${name.toLowerCase()})`;
  }
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((word) => `\`${word}\``).join(', ');
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.items !== undefined) return `array of ${typeOf(schema.items)}`;
  const bounds = [
    schema.format ?? '',
    range(schema.minimum, schema.maximum),
    range(schema.minLength, schema.maxLength, ' characters'),
    schema.default === undefined ? '' : `default ${JSON.stringify(schema.default)}`,
  ].filter((bound) => bound !== '');
  const fields = Object.keys(schema.properties ?? {});
  const inside = fields.length > 0 ? ` {${fields.join(', ')}}` : '';
  return `${schema.type ?? 'any'}${inside}${bounds.length > 0 ? ` (${bounds.join(', ')})` : ''}`;
}

function range(least: number | undefined, most: number | undefined, unit = ''): string {
  if (least === undefined) return most === undefined ? '' : `at most ${most}${unit}`;
  return most === undefined ? `at least ${least}${unit}` : `${least} to ${most}${unit}`;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function title(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
