// Which methods a path has, so that a wrong method is told from a wrong path: the router knows only both together.

interface Known {
  readonly segments: readonly string[];
  readonly methods: Set<string>;
}

export class KnownPaths {
  readonly #paths = new Map<string, Known>();

  /** @param pattern as routes are registered: `/v1/tenants/:tenant` */
  add(pattern: string, methods: readonly string[]): void {
    const known = this.#paths.get(pattern) ?? { segments: pattern.split('/'), methods: new Set() };
    for (const method of methods) known.methods.add(method);
    this.#paths.set(pattern, known);
  }

  /** @returns the methods of a path as it was requested, without its query; none when the path is unknown */
  methodsOf(path: string): string[] {
    const segments = path.split('/');
    const methods = new Set<string>();
    for (const known of this.#paths.values()) {
      if (fits(known.segments, segments)) for (const method of known.methods) methods.add(method);
    }
    return [...methods].sort();
  }
}

function fits(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((part, index) => (part.startsWith(':') ? path[index] !== '' : part === path[index]))
  );
}
