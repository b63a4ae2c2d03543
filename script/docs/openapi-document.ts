import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';

/** The parts of an OpenAPI document that the page shows. */

export interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
}

export interface Operation {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly tag: string;
  readonly isOpen: boolean;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly isRequired: boolean;
    readonly description: string;
    readonly schema: Schema;
  }[];
  readonly body: Schema | null;
  readonly responses: readonly {
    readonly status: string;
    readonly description: string;
    readonly type: string | null;
    readonly schema: Schema | null;
  }[];
}

const SchemaShape = Type.Unsafe<Schema>({ type: 'object' });
const Content = Type.Record(Type.String(), Type.Object({ schema: Type.Optional(SchemaShape) }));
const OperationShape = Type.Object({
  summary: Type.String(),
  description: Type.Optional(Type.String()),
  tags: Type.Array(Type.String()),
  security: Type.Optional(Type.Array(Type.Unknown())),
  parameters: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        in: Type.String(),
        required: Type.Optional(Type.Boolean()),
        description: Type.Optional(Type.String()),
        schema: SchemaShape,
      }),
    ),
  ),
  requestBody: Type.Optional(Type.Object({ content: Content })),
  responses: Type.Record(
    Type.String(),
    Type.Object({ description: Type.String(), content: Type.Optional(Content) }),
  ),
});
const DocumentShape = Type.Object({
  tags: Type.Array(Type.Object({ name: Type.String(), description: Type.String() })),
  paths: Type.Record(Type.String(), Type.Record(Type.String(), OperationShape)),
  components: Type.Object({ schemas: Type.Record(Type.String(), SchemaShape) }),
});

/** Reads an OpenAPI document. Throws when it is not of the shape that the service gives it. */
export function parseDocument(document: unknown): {
  readonly tags: Static<typeof DocumentShape>['tags'];
  readonly operations: readonly Operation[];
  readonly schemas: readonly (readonly [string, Schema])[];
} {
  const { tags, paths, components } = Value.Parse(DocumentShape, document);
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => toOperation(path, method, operation)),
  );
  return { tags, operations, schemas: Object.entries(components.schemas) };
}

function toOperation(path: string, method: string, operation: Static<typeof OperationShape>): Operation {
  const { summary, description = '', tags, security, parameters = [], requestBody, responses } = operation;
  return {
    method: method.toUpperCase(),
    path,
    summary,
    description,
    tag: tags[0] ?? '',
    isOpen: security?.length === 0,
    parameters: parameters.map((it) => ({
      name: it.name,
      in: it.in,
      isRequired: it.required ?? false,
      description: it.description ?? '',
      schema: it.schema,
    })),
    body: firstContent(requestBody?.content)?.schema ?? null,
    responses: Object.entries(responses).map(([status, response]) => {
      const content = firstContent(response.content);
      return {
        status,
        description: response.description,
        type: content?.type ?? null,
        schema: content?.schema ?? null,
      };
    }),
  };
}

function firstContent(
  content: Static<typeof Content> | undefined,
): { readonly type: string; readonly schema: Schema | null } | null {
  const [first] = Object.entries(content ?? {});
  return first === undefined ? null : { type: first[0], schema: first[1].schema ?? null };
}
