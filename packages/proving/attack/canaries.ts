// Canaries: words that stand for secrets, and finding them again in whatever form: as they are, in base64 at any offset, in
// hexadecimal, percent-encoded, as UTF-16.
import { randomBytes } from 'node:crypto';

/** Letters and digits only, so that neither JSON nor a URL has to escape it. */
const WORD = (name: string): string => `CANARY${name}${randomBytes(12).toString('hex')}`;

export class Canary {
  readonly name: string;
  readonly text: string;

  /** @param text the secret itself, where it cannot be a word of ours */
  constructor(name: string, text = WORD(name)) {
    this.name = name;
    this.text = text;
  }

  get forms(): readonly string[] {
    const bytes = Buffer.from(this.text, 'utf8');
    const hex = bytes.toString('hex');
    return [
      ...new Set([
        this.text,
        hex,
        hex.toUpperCase(),
        encodeURIComponent(this.text),
        JSON.stringify(this.text).slice(1, -1),
        bytes.toString('latin1').split('').join('\0'),
        ...base64Forms(bytes),
      ]),
    ];
  }
}

/** The base64 text of the bytes inside of something longer: the outer characters depend on the neighbours and are left out. */
function base64Forms(bytes: Buffer): string[] {
  return (['base64', 'base64url'] as const).flatMap((encoding) =>
    [0, 1, 2].map((before) => {
      const text = Buffer.concat([Buffer.alloc(before), bytes])
        .toString(encoding)
        .replace(/=+$/, '');
      const first = before === 0 ? 0 : before + 1;
      return text.slice(first, -2);
    }),
  );
}

const quoted = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Looks for many canaries at once. */
export class CanaryWatch {
  readonly #pattern: RegExp;
  readonly #owner = new Map<string, string>();

  constructor(canaries: readonly Canary[]) {
    const forms = canaries.flatMap((canary) => canary.forms.map((form) => [form, canary.name] as const));
    for (const [form, name] of forms) this.#owner.set(form, name);
    this.#pattern = new RegExp(forms.map(([form]) => quoted(form)).join('|'), 'g');
  }

  /** @returns the names of those found */
  in(haystack: string | Buffer): Set<string> {
    const text = typeof haystack === 'string' ? haystack : haystack.toString('latin1');
    return new Set([...text.matchAll(this.#pattern)].map(([form]) => this.#owner.get(form) ?? form));
  }
}
