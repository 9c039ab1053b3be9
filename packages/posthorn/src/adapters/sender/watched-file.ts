// A small file of the system, parsed and kept in memory, and read again when it changed.
import { readFileSync, type Stats, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** How old the look at a file may be. Containers replace such files by mounts, which no watcher notices. */
const LOOK_INTERVAL_MS = 1_000;

/** The version of a file that is not there. */
const ABSENT = 'absent';

export class WatchedFile<Content> {
  readonly #path: string;
  readonly #parse: (text: string) => Content;
  readonly #lookIntervalMs: number;
  #version: string;
  #content: Content;
  #lookedAt: number;
  #looking: Promise<void> | undefined;

  /**
   * Reads the file at once.
   * @param parse gets an empty text when there is no such file
   * @throws when the file is there and cannot be read
   */
  constructor(path: string, parse: (text: string) => Content, lookIntervalMs: number = LOOK_INTERVAL_MS) {
    this.#path = path;
    this.#parse = parse;
    this.#lookIntervalMs = lookIntervalMs;
    this.#lookedAt = performance.now();
    this.#version = versionOf(statSync(path, { throwIfNoEntry: false }));
    const text = this.#version === ABSENT ? '' : readFileSync(path, 'utf8');
    this.#content = parse(text);
  }

  /** The text that the file held a second ago or later: at most one look an interval. */
  async current(): Promise<Content> {
    if (performance.now() - this.#lookedAt >= this.#lookIntervalMs) {
      this.#looking ??= this.#look().finally(() => {
        this.#lookedAt = performance.now();
        this.#looking = undefined;
      });
    }
    await this.#looking;
    return this.#content;
  }

  /** A file that cannot be read right now (out of file descriptors, half replaced) leaves what is known in force. */
  async #look(): Promise<void> {
    try {
      const version = await stat(this.#path).then(versionOf, () => ABSENT);
      if (version === this.#version) return;
      this.#content = this.#parse(version === ABSENT ? '' : await readFile(this.#path, 'utf8'));
      this.#version = version;
    } catch {
      // The version is still the old one, so the next look tries again.
    }
  }
}

function versionOf(stats: Stats | undefined): string {
  return stats === undefined ? ABSENT : `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}
