// Which methods a path has, so that a wrong method is told from a wrong path: the router knows only both together. And which
// route was probably meant by a request that has none, so that the answer can name it.
import { closest } from '../settings/closest.ts';

interface Known {
  /** As registered: `/v1/tenants/:tenant`. */
  readonly pattern: string;
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

/** Methods that put something there; people mistake one for the other. */
const WRITING = ['PUT', 'POST', 'PATCH'] as const;
/** Misspelled words are looked for in paths of this many characters at most. */
const MAX_SPELLED_CHARACTERS = 200;

export class KnownPaths {
  readonly #paths = new Map<string, Known>();

  /** @param pattern as routes are registered: `/v1/tenants/:tenant` */
  add(pattern: string, methods: readonly string[]): void {
    const known = this.#paths.get(pattern) ?? { pattern, segments: pattern.split('/'), methods: new Set() };
    for (const method of methods) known.methods.add(method);
    this.#paths.set(pattern, known);
  }

  /** @returns the methods of a path as it was requested, without its query; none when the path is unknown */
  methodsOf(path: string): string[] {
    return [...new Set(this.#fitting(path).flatMap(({ methods }) => [...methods]))].sort();
  }

  /**
   * The route that a request without one probably meant: under `/v1`, of a tenant, with another writing method, one level up
   * or down, or spelled in another way.
   * @returns e.g. `PUT /v1/tenants/{tenant}`; `undefined` if nothing is near
   */
  suggestion(method: string, path: string): string | undefined {
    const paths = likelyPaths(path);
    for (const likely of paths) {
      const known = this.#fitting(likely).find(({ methods }) => methods.has(method));
      if (known !== undefined) return shown(method, known);
    }
    for (const likely of paths) {
      const found = WRITING.some((writing) => writing === method) ? this.#otherWay(likely) : undefined;
      if (found !== undefined) return found;
    }
    return path.length > MAX_SPELLED_CHARACTERS ? undefined : this.#otherSpelling(method, path.split('/'));
  }

  #fitting(path: string): Known[] {
    const segments = path.split('/');
    return [...this.#paths.values()].filter((known) => fits(known.segments, segments));
  }

  #otherWay(path: string): string | undefined {
    for (const writing of WRITING) {
      const same = this.#fitting(path).find(({ methods }) => methods.has(writing));
      if (same !== undefined) return shown(writing, same);
    }
    const below = this.#fitting(`${path}/-`).find(
      ({ segments, methods }) => isVariable(segments) && methods.has('PUT'),
    );
    if (below !== undefined) return shown('PUT', below);
    const above = this.#fitting(path.slice(0, path.lastIndexOf('/'))).find(({ methods }) => methods.has('POST'));
    return above && shown('POST', above);
  }

  #otherSpelling(method: string, path: readonly string[]): string | undefined {
    for (const known of this.#paths.values()) {
      if (!known.methods.has(method) || known.segments.length !== path.length) continue;
      const wrong = known.segments.filter((part, index) => !part.startsWith(':') && part !== path[index]);
      const [word, ...more] = wrong;
      if (word === undefined || more.length > 0) continue;
      if (closest(path[known.segments.indexOf(word)] ?? '', [word]) !== undefined) return shown(method, known);
    }
    return undefined;
  }
}

/** The path and those that it may be short for. */
function likelyPaths(path: string): string[] {
  const plain = withoutSlashes(path).replace(/^\/api\//, '/');
  const versioned = /^\/v1(\/|$)/.test(plain) ? plain : `/v1${plain}`;
  return [path, plain, versioned, versioned.replace(/^\/v1/, '/v1/tenants/-')];
}

/** A regular expression would take the square of how many slashes stand somewhere else. */
function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

const isVariable = (segments: readonly string[]) => segments.at(-1)?.startsWith(':') ?? false;

const shown = (method: string, { pattern }: Known) => `${method} ${pattern.replace(/:(\w+)/g, '{$1}')}`;

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, index) => (part.startsWith(':') ? path[index] !== '' : part === path[index]))
  );
}
