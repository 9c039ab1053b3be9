// The API as it describes itself: every operation of the service's own /openapi.json, with its schemas at hand.
import { Compile, type Validator } from 'typebox/compile';
import { member, text } from '../../posthorn/tests/support/api-bench.ts';

export type Schema = Readonly<Record<string, unknown>>;

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly schema: Schema;
}

export interface Operation {
  readonly id: string;
  readonly method: string;
  /** `/v1/tenants/{tenant}` */
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Anybody may call it. */
  readonly open: boolean;
  /** Its usual answer has no end. */
  readonly endless: boolean;
  /** By status: the media type, and what a body of it must look like. */
  readonly answers: ReadonlyMap<number, { readonly mediaType: string; readonly shape: Validator } | undefined>;
}

export const ENDLESS = 'text/event-stream';

export function readOperations(document: unknown): Operation[] {
  const resolve = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(resolve);
    if (typeof part !== 'object' || part === null) return part;
    const reference = member(part, '$ref');
    if (typeof reference === 'string') return resolve(member(document, ...reference.split('/').slice(1)));
    return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, resolve(value)]));
  };
  return Object.entries(Object(resolve(member(document, 'paths')))).flatMap(([path, methods]) =>
    Object.entries(Object(methods)).map(([method, described]) => readOperation(method.toUpperCase(), path, described)),
  );
}

function readOperation(method: string, path: string, described: unknown): Operation {
  const answers = Object.entries(Object(member(described, 'responses'))).map(([status, response]) => {
    const [content] = Object.entries(Object(member(response, 'content')));
    if (content === undefined) return [Number(status), undefined] as const;
    const [mediaType, { schema }] = content as [string, { schema: object }];
    return [Number(status), { mediaType, shape: Compile(schema) }] as const;
  });
  const parameters = Object.values(Object(member(described, 'parameters'))).map((parameter): Parameter => {
    const place = text(parameter, 'in');
    if (place !== 'path' && place !== 'query' && place !== 'header')
      throw new Error(`a parameter in ${place}: teach it to this suite`);
    return { name: text(parameter, 'name'), in: place, schema: Object(member(parameter, 'schema')) };
  });
  const body = member(described, 'requestBody', 'content', 'application/json', 'schema');
  return {
    id: text(described, 'operationId'),
    method,
    path,
    parameters,
    body: body === undefined ? undefined : Object(body),
    endless: answers.some(([, answer]) => answer?.mediaType === ENDLESS),
    open: JSON.stringify(member(described, 'security')) === '[]',
    answers: new Map(answers),
  };
}
