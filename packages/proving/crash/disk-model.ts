// A disk after a power cut: everything that was synced, and of the rest whatever the draw says, whole, in
// part or not at all. Facts in, facts out.
import type { Dice } from '../../posthorn/tests/support/dice.ts';
import type { Step } from './trace.ts';

/** A disk writes sectors whole. */
const SECTOR_BYTES = 512;

type DataStep = Extract<Step, { kind: 'write' | 'truncate' }>;
type NameStep = Extract<Step, { kind: 'create' | 'unlink' | 'link' }>;

/** A file's content, by whatever names it has. */
class Content {
  readonly synced = new Image();
  /** Not synced yet. */
  readonly pending: DataStep[] = [];
}

/** A file's bytes, in a buffer that has room to grow. */
class Image {
  #buffer = Buffer.alloc(0);
  #size = 0;

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#size);
  }

  apply(step: DataStep): void {
    if (step.kind === 'truncate') {
      this.#resize(step.size);
      return;
    }
    this.#resize(Math.max(this.#size, step.offset + step.bytes.length));
    step.bytes.copy(this.#buffer, step.offset);
  }

  copy(): Image {
    const copy = new Image();
    copy.#buffer = Buffer.from(this.bytes);
    copy.#size = this.#size;
    return copy;
  }

  #resize(size: number): void {
    if (size > this.#buffer.length) {
      const larger = Buffer.alloc(size * 2);
      this.bytes.copy(larger);
      this.#buffer = larger;
    }
    // The part that is cut off reads as zeros when the file grows again.
    this.#buffer.fill(0, size, this.#size);
    this.#size = size;
  }
}

/** How the draw treats what was not synced. */
const MODES = ['none', 'prefix', 'some', 'torn', 'all'] as const;

export class DiskModel {
  /** Names as the process sees them. */
  readonly #names = new Map<string, Content>();
  /** Names as they are on the disk for certain. */
  readonly #stored = new Map<string, Content>();
  #pendingNames: { readonly step: NameStep; readonly content: Content | undefined }[] = [];

  apply(step: Step): void {
    switch (step.kind) {
      case 'create':
        if (!this.#names.has(step.file)) this.#rename(step, new Content());
        break;
      case 'unlink':
        this.#rename(step, undefined);
        break;
      case 'link':
        this.#rename(step, this.#content(step.file));
        break;
      case 'write':
      case 'truncate':
        this.#content(step.file).pending.push(step);
        break;
      case 'sync':
        if (step.file === '') this.#syncNames();
        else syncContent(this.#content(step.file));
        break;
      case 'yes':
        break;
    }
  }

  /** The files as the process left them, as if there were no cut. */
  whole(): Map<string, Buffer> {
    return new Map([...this.#names].map(([name, content]) => [name, withAll(content)]));
  }

  /** The files as a power cut at this moment may leave them. */
  cut(dice: Dice): Map<string, Buffer> {
    const names = new Map(this.#stored);
    for (const { step, content } of chosen(this.#pendingNames, dice)) setName(names, step, content);
    const left = new Map<Content, Buffer>();
    for (const content of names.values()) left.set(content, afterCut(content, dice));
    return new Map([...names].map(([name, content]) => [name, left.get(content) ?? Buffer.alloc(0)]));
  }

  #content(file: string): Content {
    const content = this.#names.get(file);
    if (content === undefined) throw new Error(`${file} was changed before it was created`);
    return content;
  }

  #rename(step: NameStep, content: Content | undefined): void {
    setName(this.#names, step, content);
    this.#pendingNames.push({ step, content });
  }

  #syncNames(): void {
    for (const { step, content } of this.#pendingNames) setName(this.#stored, step, content);
    this.#pendingNames = [];
  }
}

function setName(names: Map<string, Content>, step: NameStep, content: Content | undefined): void {
  const name = step.kind === 'link' ? step.to : step.file;
  if (content === undefined) names.delete(name);
  else names.set(name, content);
}

function syncContent({ synced, pending }: Content): void {
  for (const step of pending.splice(0)) synced.apply(step);
}

function withAll({ synced, pending }: Content): Buffer {
  const left = synced.copy();
  for (const step of pending) left.apply(step);
  return left.bytes;
}

function afterCut({ synced, pending }: Content, dice: Dice): Buffer {
  const left = synced.copy();
  for (const step of chosen(pending, dice)) left.apply(step);
  return left.bytes;
}

/** Draws which of the steps have reached the disk; a torn one has in part. */
function chosen<Item extends object>(pending: readonly Item[], dice: Dice): Item[] {
  switch (dice.pick([...MODES])) {
    case 'none':
      return [];
    case 'all':
      return [...pending];
    case 'some':
      return pending.filter(() => dice.chance(0.5));
    case 'prefix':
      return pending.slice(0, dice.between(0, pending.length));
    case 'torn': {
      const kept = pending.slice(0, dice.between(0, pending.length));
      const last = kept.pop();
      return last === undefined ? kept : [...kept, torn(last, dice)];
    }
  }
}

function torn<Item extends object>(step: Item, dice: Dice): Item {
  if (!('bytes' in step) || !(step.bytes instanceof Buffer)) return step;
  const sectors = Math.floor(step.bytes.length / SECTOR_BYTES);
  return { ...step, bytes: step.bytes.subarray(0, dice.between(0, sectors) * SECTOR_BYTES) };
}
