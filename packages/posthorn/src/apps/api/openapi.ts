// The OpenAPI document: made from the routes' own schemas. Schemas with a title become components, so that generated
// clients have one type for each; problems are the same everywhere and are added here.
import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { PROBLEM_KINDS, PROBLEM_MEDIA_TYPE, type ProblemKind } from './problems.ts';
import { memberOf } from './validation.ts';

const INTRODUCTION = `Posthorn delivers webhooks. Post an event; it is signed and sent to every endpoint that subscribed to it, with retries, and you can see what happened.

Every call under \`/v1\` needs the header \`Authorization: Bearer <key>\`. Bodies are JSON in UTF-8. Times are ISO 8601 in UTC, durations are in milliseconds and end in \`Ms\`. Ids are UUIDs in lower case. Lists answer \`{data, nextCursor}\`; ask for the next page with \`cursor\`.

What is refused is answered with a problem document (RFC 9457) that names each field at fault and what is allowed there, and has changed nothing.`;

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:posthorn:problem: and the kind of problem; stable, for programs.' }),
    title: Type.String({ description: 'The kind of problem in words.' }),
    status: Type.Integer({ description: 'The HTTP status.' }),
    detail: Type.String({ description: 'The error, and what to do.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          field: Type.String({
            description: 'Where: url, events[3].payload.eventId, query.limit. Empty for the body as a whole.',
          }),
          message: Type.String({ description: 'The values that are allowed there.' }),
        }),
        { description: 'Each field at fault.' },
      ),
    ),
    reference: Type.Optional(Type.String({ description: 'Finds the cause of a defect in the log.' })),
  },
  { title: 'Problem', description: 'Why the request was refused (RFC 9457).' },
);

/** Errors that every call with a key may get, and those of calls that change something and can have a body. */
const WITH_KEY: readonly ProblemKind[] = [
  'malformed-request',
  'unauthorized',
  'too-many-requests',
  'unexpected',
  'unavailable',
];
const WITH_BODY: readonly ProblemKind[] = ['forbidden', 'too-large', 'unsupported-media-type', 'invalid'];

/** Options of the OpenAPI plugin. @param version of this program, and so of the document */
export function openApiOptions(version: string): FastifyDynamicSwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Posthorn', version, description: INTRODUCTION, license: { name: 'MIT', identifier: 'MIT' } },
      tags: ['Tenants', 'Endpoints', 'Events', 'Deliveries', 'Replays', 'Statistics', 'Health'].map((name) => ({
        name,
      })),
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
      security: [{ key: [] }],
    },
    // OpenAPI 3.1 speaks JSON Schema.
    convertConstToEnum: false,
    transform({ schema, url, route }) {
      const { problems = [], rawBody } = route.config ?? {};
      const body = rawBody ?? schema?.body;
      const kinds = new Set<ProblemKind>([
        ...problems,
        ...(route.method === 'GET' ? [] : WITH_BODY),
        ...(url.startsWith('/v1/') ? WITH_KEY : []),
      ]);
      const response = { ...Object(schema?.response), ...problemResponses(kinds) };
      // Cloned, because the plugin edits what it is given, and requests are checked with the same schemas.
      const querystring = withSingleValues(schema?.querystring);
      const documented = {
        ...schema,
        ...(body !== undefined && { body }),
        ...(querystring !== undefined && { querystring }),
      };
      return { schema: structuredClone({ ...documented, response }), url };
    },
  };
}

/** Says of filters that take several values that one of them may stand alone. */
function withSingleValues(querystring: unknown): object | undefined {
  const properties = memberOf(querystring, 'properties');
  if (properties === undefined) return undefined;
  const documented = Object.entries(Object(properties)).map(([name, shape]) => {
    if (memberOf(shape, 'type') !== 'array') return [name, shape];
    return [name, { anyOf: [memberOf(shape, 'items'), shape], description: memberOf(shape, 'description') }];
  });
  return { ...Object(querystring), properties: Object.fromEntries(documented) };
}

function problemResponses(kinds: ReadonlySet<ProblemKind>): Record<number, object> {
  return Object.fromEntries(
    [...kinds].map((kind) => [
      PROBLEM_KINDS[kind].status,
      { description: PROBLEM_KINDS[kind].when, content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemSchema } } },
    ]),
  );
}

type Json = Readonly<Record<string, unknown>>;

/** The document of a server that is ready. */
export function openApiDocument(app: FastifyInstance): Json {
  const document: Json = { ...app.swagger() };
  const shapes = new Map<string, unknown>();
  const paths = withReferences(withOptionalBodies(document['paths']), shapes);
  const components = { ...Object(document['components']), schemas: Object.fromEntries(shapes) };
  return { ...document, components, paths };
}

/** Says of bodies that may be an empty object that they may as well be left out. */
function withOptionalBodies(part: unknown): unknown {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
  const { requestBody, ...rest }: Json = { ...part };
  const copy = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, withOptionalBodies(value)]));
  if (requestBody === undefined) return copy;
  const schema = ['content', 'application/json', 'schema'].reduce(memberOf, requestBody);
  const required = memberOf(schema, 'required') !== undefined || memberOf(schema, 'minProperties') !== undefined;
  return { ...copy, requestBody: { ...Object(requestBody), required } };
}

/** Copies a part of the document; each object schema with a title becomes a reference and is put into `shapes`. */
function withReferences(part: unknown, shapes: Map<string, unknown>): unknown {
  if (Array.isArray(part)) return part.map((item) => withReferences(item, shapes));
  if (typeof part !== 'object' || part === null) return part;
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(part)) copy[name] = withReferences(value, shapes);
  const { title, type } = copy;
  if (type !== 'object' || typeof title !== 'string') return copy;
  const known = shapes.get(title);
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(copy)) {
    throw new Error(`Two different shapes of the API have the title ${title}.`);
  }
  shapes.set(title, copy);
  return { $ref: `#/components/schemas/${title}` };
}
