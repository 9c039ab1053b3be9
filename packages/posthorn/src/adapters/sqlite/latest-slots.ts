// Slots of time by which the events of one type are found, see type-slots.ts, and which slot each type was last stored in.

/** A slot holds what is accepted within a second. */
export const SLOT_MS = 1_000;
/** Types whose latest slot is remembered; past it, some lead that need not. About 100 bytes each. */
const MAX_REMEMBERED = 50_000;

/** Which slot each type was last stored in: the next event of it need not lead there. */
export class LatestSlots {
  readonly #slots = new Map<string, number>();

  /** Whether an event leads into its slot, as far as is remembered. */
  leads(tenant: number, type: string, createdAt: number): boolean {
    return this.#slots.get(`${tenant} ${type}`) !== slotOf(createdAt);
  }

  /** An event that leads has been stored. */
  note(tenant: number, type: string, createdAt: number): void {
    if (this.#slots.size >= MAX_REMEMBERED) this.#slots.clear();
    this.#slots.set(`${tenant} ${type}`, slotOf(createdAt));
  }

  forget(): void {
    this.#slots.clear();
  }
}

/** When the slot of a moment begins. */
export function slotOf(moment: number): number {
  return Math.floor(moment / SLOT_MS) * SLOT_MS;
}
