// JSON as an attacker writes it: values of a tree may be texts that no serialiser would write, keys may come twice.

/** A piece of JSON text that is written as it is, right or wrong. */
export class Raw {
  readonly json: string;

  constructor(json: string) {
    this.json = json;
  }
}

/** An object as its members, in order; keys may repeat. */
export class Members {
  readonly list: readonly (readonly [key: string, value: unknown])[];

  constructor(list: readonly (readonly [key: string, value: unknown])[]) {
    this.list = list;
  }
}

export function membersOf(value: object): Members {
  return value instanceof Members ? value : new Members(Object.entries(value));
}

/** Writes a tree of plain values, `Raw` and `Members`. */
export function writeJson(value: unknown): string {
  if (value instanceof Raw) return value.json;
  if (Array.isArray(value)) return `[${value.map(writeJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${membersOf(value)
      .list.map(([key, inside]) => `${JSON.stringify(key)}:${writeJson(inside)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}
