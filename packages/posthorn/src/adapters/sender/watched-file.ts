// A small file of the system, parsed and kept in memory, and read again when it changed.
import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** How old the look at a file may be. Containers replace such files by mounts, which no watcher notices. */
const LOOK_INTERVAL_MS = 1_000;

/** What tells one version of a file from the next; an absent file is a version too. */
type Version = string;

export class WatchedFile<Content> {
  readonly #path: string;
  readonly #parse: (text: string) => Content;
  readonly #lookIntervalMs: number;
  #version: Version;
  #content: Content;
  #lookedAt: number;
  #looking: Promise<void> | undefined;

  /** Reads the file at once. @param parse gets an empty text when there is no such file */
  constructor(path: string, parse: (text: string) => Content, lookIntervalMs: number = LOOK_INTERVAL_MS) {
    this.#path = path;
    this.#parse = parse;
    this.#lookIntervalMs = lookIntervalMs;
    this.#lookedAt = performance.now();
    let text = '';
    try {
      this.#version = versionOf(statSync(path));
      text = readFileSync(path, 'utf8');
    } catch {
      this.#version = 'absent';
    }
    this.#content = parse(text);
  }

  /** What the file held a second ago or later: at most one look an interval. */
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

  async #look(): Promise<void> {
    let version = 'absent';
    let text = '';
    try {
      version = versionOf(await stat(this.#path));
      if (version === this.#version) return;
      text = await readFile(this.#path, 'utf8');
    } catch {
      if (version === this.#version) return;
    }
    this.#version = version;
    this.#content = this.#parse(text);
  }
}

function versionOf(stats: { readonly mtimeMs: number; readonly size: number; readonly ino: number }): Version {
  return `${stats.mtimeMs} ${stats.size} ${stats.ino}`;
}
