// Checks bodies and query strings against their schemas, and says what is wrong field by field: where, and what is allowed.
// The schemas' own descriptions are the second half of each message, so that errors and reference cannot disagree.
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import type { TLocalizedValidationError } from 'typebox/error';
import { type FieldError, invalid } from './problems.ts';

/** A key of the request is quoted up to this length: it may be as long as the body. */
const MAX_QUOTED_CHARACTERS = 64;
const WHOLE_NUMBER = /^-?\d{1,15}$/;
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;

interface Validators {
  readonly whole: Validator;
  /** Does not look for what stands in a list twice: telling of it takes the square of the list's length, whatever is allowed. */
  readonly repeating: Validator;
}

const compiled = new WeakMap<object, Validators>();

function validatorsOf(schema: TSchema): Validators {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const whole = Compile(schema);
  const text = JSON.stringify(schema);
  const repeating = JSON.stringify(schema, (name, value) => (name === 'uniqueItems' ? undefined : value));
  const validators = { whole, repeating: repeating === text ? whole : Compile(JSON.parse(repeating)) };
  compiled.set(schema, validators);
  return validators;
}

/**
 * Checks a value.
 * @param at path of the value in the request; empty for the whole body
 * @returns what is wrong, nothing when it fits
 */
export function fieldErrors(schema: TSchema, value: unknown, at = ''): readonly FieldError[] {
  const { whole, repeating } = validatorsOf(schema);
  if (whole.Check(value)) return [];
  // Once nothing else is wrong, lists are no longer than they may be.
  const errors = repeating.Check(value) ? whole.Errors(value) : repeating.Errors(value);
  return oncePerField(errors.flatMap((error) => describe(schema, error, at)));
}

/** A field that breaks several rules of its schema is one error: each rule says the same description. */
function oncePerField(errors: readonly FieldError[]): FieldError[] {
  const first = new Map<string, FieldError>();
  for (const error of errors) if (!first.has(error.field)) first.set(error.field, error);
  return [...first.values()];
}

/** The compiler that Fastify checks parts of a request with. Bodies arrive as JSON text; path parameters are left to the routes. */
export const compileSchema: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  if (httpPart === 'params' || httpPart === 'headers') return () => true;
  // Compiled now, at start, and not during the first request.
  validatorsOf(schema);
  const body = httpPart === 'body';
  return (input: unknown) => {
    const value = body ? bodyValue(input) : fromTexts(schema, input);
    const [first, ...rest] = body ? fieldErrors(schema, value) : queryErrors(schema, value);
    return first === undefined ? { value } : { error: invalid(first, ...rest) };
  };
};

/** Of several values of a filter, none has a name of its own. */
function queryErrors(schema: TSchema, value: unknown): readonly FieldError[] {
  const errors = fieldErrors(schema, value, 'query');
  return oncePerField(errors.map(({ field, message }) => ({ field: field.replace(/\[\d+\]$/, ''), message })));
}

/** @param text what the strict reader passed on. No body says as much as an empty object. */
function bodyValue(text: unknown): unknown {
  return typeof text === 'string' ? JSON.parse(text) : {};
}

/**
 * A query string has only texts. Those that should be numbers, and look like them, become numbers. In moments, a `+` that was
 * not written as `%2B` has arrived as a space. Where several values may be given, commas separate them, or the name is repeated.
 */
function fromTexts(schema: TSchema, query: unknown): unknown {
  // Without a prototype, so that __proto__ is a name like any other.
  const fields: Record<string, unknown> = Object.create(null);
  for (const [name, value] of Object.entries(query ?? {})) {
    const wanted = memberOf(memberOf(schema, 'properties'), name);
    if (memberOf(wanted, 'type') === 'array') fields[name] = [value].flat().flatMap((text) => String(text).split(','));
    else fields[name] = typeof value === 'string' ? fromText(wanted, value) : value;
  }
  return fields;
}

function fromText(wanted: unknown, text: string): string | number {
  if (memberOf(wanted, 'type') === 'integer' && WHOLE_NUMBER.test(text)) return Number(text);
  return memberOf(wanted, 'format') === 'date-time' ? text.replace(' ', '+') : text;
}

function describe(schema: TSchema, error: TLocalizedValidationError, base: string): FieldError[] {
  const path = [...(base === '' ? [] : [base]), ...pointerParts(error.instancePath)];
  const here = pointerParts(error.schemaPath.slice(1)).reduce<unknown>(memberOf, schema);
  switch (error.keyword) {
    // Their parts are reported on their own; `null` is the uninteresting half of "… or null".
    case 'anyOf':
    case 'additionalProperties':
      return [];
    case 'boolean':
      return [{ field: fieldName(path), message: unknownField(schema, error.schemaPath) }];
    case 'required':
      return error.params.requiredProperties.map((name) => ({
        field: fieldName([...path, name]),
        message: sentences('is required', memberOf(memberOf(here, 'properties'), name)),
      }));
    case 'enum':
      return [{ field: fieldName(path), message: `must be one of ${error.params.allowedValues.join(', ')}` }];
    case 'pattern':
    case 'format':
      return [{ field: fieldName(path), message: sentences('does not have the right form', here) }];
    case 'type':
      return error.params.type === 'null' ? [] : [{ field: fieldName(path), message: sentences(error.message, here) }];
    default:
      return [{ field: fieldName(path), message: sentences(error.message, here) }];
  }
}

function unknownField(schema: TSchema, schemaPath: string): string {
  const parent = pointerParts(schemaPath.slice(1)).slice(0, -1).reduce<unknown>(memberOf, schema);
  const names = Object.keys(Object(memberOf(parent, 'properties')));
  return `is not known here; allowed: ${names.join(', ')}`;
}

function sentences(fault: string, schema: unknown): string {
  const description = memberOf(schema, 'description');
  return typeof description === 'string' ? `${fault}. ${description}` : fault;
}

/** A member of a value of which nothing is known; `undefined` when there is none. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Object.getOwnPropertyDescriptor(value, name)?.value : undefined;
}

/** The parts of a JSON Pointer (RFC 6901). */
function pointerParts(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Names a place in a request: `['events', '3', 'payload', 'a b']` is `events[3].payload["a b"]`. */
export function fieldName(path: readonly string[]): string {
  return path.reduce((name, part) => {
    if (/^\d+$/.test(part)) return `${name}[${part}]`;
    const clipped = part.slice(0, MAX_QUOTED_CHARACTERS);
    if (!PLAIN_KEY.test(part)) return `${name}[${JSON.stringify(clipped)}]`;
    return name === '' ? clipped : `${name}.${clipped}`;
  }, '');
}
