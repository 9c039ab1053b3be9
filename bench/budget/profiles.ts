// A folder into which a service writes the profiles of its threads when it stops.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profile } from './profile.ts';

/** Time between two samples: some thousand of them in each measurement. */
const INTERVAL_US = 500;
/** The name says which thread of the process it is of: `CPU.<date>.<time>.<process>.<thread>.<number>.cpuprofile`. */
const NAME = /^CPU\.\d+\.\d+\.\d+\.(\d+)\.\d+\.cpuprofile$/;

export interface Profiles {
  readonly loop: Profile;
  /** Of the storage thread, where there is one. */
  readonly storage: Profile | undefined;
}

export class ProfileFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** Flags that make a service profile itself. */
  get environment(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${this.#folder} --cpu-prof-interval=${INTERVAL_US}` };
  }

  /** Reads what the service has left. */
  read(): Profiles {
    const profiles = new Map<number, Profile>();
    for (const name of readdirSync(this.#folder)) {
      const [, thread] = NAME.exec(name) ?? [];
      if (thread === undefined) continue;
      profiles.set(Number(thread), JSON.parse(readFileSync(join(this.#folder, name), 'utf8')) as Profile);
    }
    const loop = profiles.get(0);
    if (loop === undefined) throw new Error(`there is no profile of the event loop in ${this.#folder}`);
    const [storage] = [...profiles].filter(([thread]) => thread > 0).map(([, profile]) => profile);
    return { loop, storage };
  }
}
