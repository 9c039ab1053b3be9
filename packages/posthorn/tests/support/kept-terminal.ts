// A terminal that keeps what is written to it, for commands that run inside the test.
import { plain } from '../../src/apps/terminal/paint.ts';
import type { Terminal } from '../../src/apps/terminal/terminal.ts';

export class KeptTerminal implements Terminal {
  /** All that was printed and noted so far, in whole lines. */
  stdout = '';
  stderr = '';
  /** The lines that took one another's place, each as it was shown. */
  readonly shown: string[] = [];
  readonly paint = plain;
  readonly paintNote = plain;
  readonly places = undefined;
  readonly isLive: boolean;
  readonly unread = new AbortController().signal;

  constructor(isLive = false) {
    this.isLive = isLive;
  }

  print(line: string): void {
    this.stdout += `${line}\n`;
  }

  note(line: string): void {
    this.stderr += `${line}\n`;
  }

  show(line: string): void {
    this.shown.push(line);
  }

  async taken(): Promise<void> {}
}
