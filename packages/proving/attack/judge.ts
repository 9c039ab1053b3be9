// Rules for every answer, whatever was asked: no defect, a documented status, a problem document in good order that
// gives nothing away, and no secret where it does not belong.
import { constants } from 'node:os';
import { member } from '../../posthorn/tests/support/api-bench.ts';
import { type Canary, CanaryWatch } from './canaries.ts';
import { ENDLESS, type Operation } from './operations.ts';
import { OTHER, problemOf, type Scene } from './scene.ts';
import { type Answer, headerOf } from './wire.ts';

/** Statuses that anybody may get on any path: they are about HTTP itself, not about an operation. */
const OF_HTTP: ReadonlySet<number> = new Set([400, 404, 405, 408, 413, 414, 415, 417, 421, 431]);
/** The largest problem document: 20 fields at fault, each with its sentence. */
const MAX_PROBLEM_BYTES = 16_384;
/** The system's names of errors that are long enough not to be drawn by chance: requests of random letters come back in answers. */
const SYSTEM_ERRORS = Object.keys(constants.errno).filter(({ length }) => length > 4);
/** Words that only the inside of the program would say. */
const INSIDE = new RegExp(
  String.raw`node_modules|node:internal|\bat \S+ \((?:file|node|\/)|\.[jt]s:\d+|sqlite|SQLITE|\b(?:${SYSTEM_ERRORS.join('|')})\b|\/tmp\/|constraint failed`,
);
const PROBLEM = 'application/problem+json';
const JSON_TYPE = 'application/json';

/** Where a secret of the other tenant may be read, by the one who asks for just that. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  getEndpointSecret: ['secret', 'header'],
  getEndpoint: ['url'],
  listEndpoints: ['url'],
  getEvent: ['payload'],
  // The receiver gave both back.
  getDelivery: ['payload', 'url'],
};

export interface Asked {
  /** For a person: what was sent, in short. */
  readonly words: string;
  /** `undefined` for what is no operation of the API. */
  readonly operation?: Operation | undefined;
  /** The tenant that was named in the path. */
  readonly tenant?: string | undefined;
  /** It was sent `submitted` in values that may be accepted, and then shown again. */
  readonly mayEcho?: boolean;
}

export class Judge {
  readonly #watch: CanaryWatch;
  #answers = 0;
  readonly #byStatus = new Map<number, number>();

  constructor({ canaries }: Pick<Scene, 'canaries'>) {
    this.#watch = new CanaryWatch(Object.values<Canary>({ ...canaries }));
  }

  get answers(): number {
    return this.#answers;
  }

  /** How many answers had each status. */
  get byStatus(): Readonly<Record<string, number>> {
    return Object.fromEntries([...this.#byStatus].sort(([one], [other]) => one - other));
  }

  /** @throws an Error that says what is wrong with the answer */
  look(asked: Asked, answer: Answer): void {
    this.#answers += 1;
    this.#byStatus.set(answer.status, (this.#byStatus.get(answer.status) ?? 0) + 1);
    const fault = this.#fault(asked, answer);
    if (fault === undefined) return;
    const shown = answer.body.toString('utf8').slice(0, 1_000);
    throw new Error(`${fault}\n  asked:    ${asked.words}\n  answered: ${answer.status} ${shown}`);
  }

  #fault(asked: Asked, answer: Answer): string | undefined {
    const { status } = answer;
    if (status >= 500 && status !== 503) return `a defect: ${status}`;
    return (
      this.#secretFault(asked, answer) ??
      (status >= 400 ? problemFault(answer) : undefined) ??
      documentFault(asked.operation, answer)
    );
  }

  #secretFault({ operation, tenant, mayEcho = false }: Asked, answer: Answer): string | undefined {
    const found = this.#watch.in(answer.body);
    for (const [name, value] of answer.headers) for (const hit of this.#watch.in(`${name}: ${value}`)) found.add(hit);
    if (answer.status < 300 && mayEcho) found.delete('submitted');
    if (answer.status < 300 && tenant === OTHER)
      for (const name of SHOWN[operation?.id ?? ''] ?? []) found.delete(name);
    return found.size === 0 ? undefined : `the answer holds a secret: ${[...found].join(', ')}`;
  }
}

/** @returns what is wrong with a problem document, or with what should be one */
export function problemFault(answer: Answer): string | undefined {
  const type = headerOf(answer, 'content-type') ?? '';
  if (type.split(';', 1)[0] !== PROBLEM) return `a refusal that is no problem document but ${type || 'nothing'}`;
  if (answer.body.length > MAX_PROBLEM_BYTES) return `a problem document of ${answer.body.length} bytes`;
  const problem = problemOf(answer);
  const [kind, title, detail] = ['type', 'title', 'detail'].map((name) => member(problem, name));
  if (typeof kind !== 'string' || !/^urn:posthorn:problem:[a-z-]+$/.test(kind)) return 'a problem without a type';
  if (typeof title !== 'string' || title === '') return 'a problem without a title';
  if (typeof detail !== 'string' || detail === '') return 'a problem without a detail';
  if (member(problem, 'status') !== answer.status) return 'a problem whose status is not that of the answer';
  for (const error of Object.values(Object(member(problem, 'errors') ?? []))) {
    if (typeof member(error, 'field') !== 'string' || typeof member(error, 'message') !== 'string') {
      return 'a problem whose errors lack field or message';
    }
  }
  const inside = INSIDE.exec(answer.body.toString('utf8'));
  return inside === null ? undefined : `a problem that tells of the inside: ${inside[0]}`;
}

function documentFault(operation: Operation | undefined, answer: Answer): string | undefined {
  const { status } = answer;
  if (operation === undefined) return undefined;
  if (headerOf(answer, 'cache-control') !== 'no-store' && status !== 408) return 'an answer that caches may keep';
  if (!operation.answers.has(status)) {
    return OF_HTTP.has(status) ? undefined : `${operation.id} answered ${status}, which is not documented`;
  }
  const documented = operation.answers.get(status);
  if (documented === undefined || status >= 400 || status === 204) return undefined;
  // An answer without an end is judged by its beginning; the rest only has to keep secrets.
  if (documented.mediaType === ENDLESS) return undefined;
  const body = documented.mediaType === JSON_TYPE ? problemOf(answer) : answer.body.toString('utf8');
  return documented.shape.Check(body) ? undefined : `${operation.id} answered ${status} not as documented`;
}
