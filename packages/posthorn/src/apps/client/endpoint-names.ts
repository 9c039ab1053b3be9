// Names of endpoints, asked of the server once for each.

import { isEndpoint } from './answers.ts';
import { askEach } from './ask-each.ts';
import { type Posthorn, tenantPath } from './posthorn.ts';
import { shortId, shortUrl } from './short-names.ts';

/** About 100 bytes each. Forgotten all at once. */
const MAX_REMEMBERED = 10_000;
/** Of one list; others keep their ids. Each is a request. */
const MAX_ASKED = 100;

export class EndpointNames {
  readonly #posthorn: Posthorn;
  readonly #known = new Map<string, Promise<string>>();

  constructor(posthorn: Posthorn) {
    this.#posthorn = posthorn;
  }

  /** Its host and path, or the end of its id when there is none or it cannot be asked. Never rejects. */
  name(tenant: string, id: string): Promise<string> {
    let name = this.#known.get(id);
    if (name === undefined) {
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
      name = this.#ask(tenant, id);
      this.#known.set(id, name);
    }
    return name;
  }

  /** The names of many, by id. */
  async names(tenant: string, ids: Iterable<string>): Promise<ReadonlyMap<string, string>> {
    const all = [...ids];
    const asked = await askEach(all.slice(0, MAX_ASKED), (id) => this.name(tenant, id));
    return new Map(all.map((id) => [id, asked.get(id) ?? shortId(id)]));
  }

  async #ask(tenant: string, id: string): Promise<string> {
    try {
      const endpoint = await this.#posthorn.find(isEndpoint, tenantPath(tenant, `/endpoints/${id}`));
      return endpoint === undefined ? `deleted ${shortId(id)}` : shortUrl(endpoint.url);
    } catch {
      this.#known.delete(id);
      return shortId(id);
    }
  }
}
