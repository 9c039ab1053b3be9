// The sender profiles that attempts name: the one in force, and those of the past.
import { readSenderProfile, type SenderProfile, writeSenderProfile } from '../../domain/profile.ts';
import type { Registry } from '../../seams/store/registry.ts';

export class SenderProfiles {
  /** The settings of this process. */
  readonly inForce: SenderProfile;
  readonly #store: Pick<Registry, 'senderProfile' | 'senderProfiles'>;
  #number: number | undefined;

  constructor(store: Pick<Registry, 'senderProfile' | 'senderProfiles'>, inForce: SenderProfile) {
    this.#store = store;
    this.inForce = inForce;
  }

  /** Stores the profile in force, unless it is known. To be called before the first attempt. */
  async start(): Promise<void> {
    this.#number = await this.#store.senderProfile(writeSenderProfile(this.inForce));
  }

  /** The number of the profile in force. */
  get number(): number {
    if (this.#number === undefined) throw new Error('an attempt was made before its sender profile was stored');
    return this.#number;
  }

  /** Reads profiles by their numbers; those that this program does not know are left out. */
  async read(numbers: readonly number[]): Promise<ReadonlyMap<number, SenderProfile>> {
    const stored = await this.#store.senderProfiles(numbers);
    return new Map(
      [...stored].flatMap(([number, facts]) => {
        const profile = readSenderProfile(facts);
        return profile === undefined ? [] : [[number, profile] as const];
      }),
    );
  }
}
