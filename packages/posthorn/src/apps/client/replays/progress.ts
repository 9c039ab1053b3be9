// How far a replay is, while it runs: a bar that moves on a terminal, elsewhere a line now and then.
import type { Terminal } from '../../terminal/terminal.ts';
import { countText } from '../../words/figures.ts';
import { durationText } from '../../words/times.ts';
import type { Replay } from '../answers.ts';

const BAR_PLACES = 24;
/** Nobody can read less. */
const LEAST_LEFT_MS = 1_000;
/** Lines where nothing can move: one for each of so many parts. */
const PARTS = 10;

export class Progress {
  readonly #terminal: Terminal;
  #partsTold = 0;
  /** When it was first seen, and how far it was. */
  #first: { readonly at: number; readonly done: number } | undefined;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  /** @param now on the monotonic clock, in milliseconds */
  show({ replayed, skipped, total }: Replay, now: number): void {
    const done = replayed + skipped;
    this.#first ??= { at: now, done };
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const words = `${countText(done)} of ${countText(total)}${this.#left(done, total, now)}`;
    if (this.#terminal.isLive) {
      this.#terminal.show(`${this.#bar(share)} ${words}`);
      return;
    }
    const parts = Math.floor(share * PARTS);
    if (parts === this.#partsTold) return;
    this.#partsTold = parts;
    this.#terminal.note(words);
  }

  #bar(share: number): string {
    const filled = Math.floor(share * BAR_PLACES);
    const { paintNote } = this.#terminal;
    return paintNote('green', '█'.repeat(filled)) + paintNote('gray', '░'.repeat(BAR_PLACES - filled));
  }

  /** By how fast it has been since it was first seen, which may be slower than asked for. */
  #left(done: number, total: number, now: number): string {
    const since = this.#first ?? { at: now, done };
    const perMs = (done - since.done) / (now - since.at);
    return perMs > 0 && done < total ? `, ${durationText(Math.max(LEAST_LEFT_MS, (total - done) / perMs))} left` : '';
  }
}
