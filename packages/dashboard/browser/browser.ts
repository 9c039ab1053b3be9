// Chromium, driven as a person would, with an ear for everything that must not happen: errors in the page, reports of the
// content security policy, requests to other hosts.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

export const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const SCREENSHOTS = join(import.meta.dirname, '..', 'screenshots');
const DEADLINE_MS = 20_000;

export type Theme = 'light' | 'dark';
export const THEMES: readonly Theme[] = ['light', 'dark'];
export const DESKTOP = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };

export class Person implements AsyncDisposable {
  readonly page: Page;
  /** Errors in the page so far. */
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.#context = context;
    this.page = page;
    page.on('pageerror', (error) => this.complaints.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      this.complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('console', (message) => {
      const text = message.text();
      // The browser logs each refused request; being refused is part of what is tried here.
      if (message.type() === 'error' && !text.startsWith('Failed to load resource')) this.complaints.push(text);
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(`${url}/`)) this.complaints.push(`asked elsewhere: ${request.url()}`);
    });
  }

  /** Somebody with a browser of their own. `trustsAll`: certificates of any authority, too. */
  static async arrive(
    browser: Browser,
    url: string,
    look: { readonly theme?: Theme; readonly size?: typeof DESKTOP; readonly trustsAll?: boolean } = {},
  ): Promise<Person> {
    const context = await browser.newContext({
      baseURL: url,
      viewport: look.size ?? DESKTOP,
      colorScheme: look.theme ?? 'light',
      reducedMotion: 'reduce',
      ignoreHTTPSErrors: look.trustsAll === true,
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    context.setDefaultTimeout(DEADLINE_MS);
    const page = await context.newPage();
    await page.addInitScript(() => {
      addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
        console.error(`content security policy: ${violatedDirective} ${blockedURI}`);
      });
    });
    return new Person(context, page, url);
  }

  async signIn(key: string, path = '/'): Promise<void> {
    await this.page.goto(path);
    await this.page.getByLabel('API key').fill(key);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.page.getByRole('button', { name: 'Sign out' }).waitFor();
  }

  /** Chooses in a combobox by typing. */
  async choose(label: string, text: string, option: string | RegExp): Promise<void> {
    const field = this.page.getByRole('combobox', { name: label });
    await field.click();
    if (text !== '') await field.fill(text);
    await this.page.getByRole('option', { name: option }).click();
  }

  /** @param fullPage `false` for lists that lay out only what is in the window */
  async screenshot(name: string, fullPage = true): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    await this.page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#context.close();
  }
}

/** Starts the browser. @throws with what to do when it is not there */
export async function startBrowser(): Promise<Browser> {
  if (!existsSync(CHROMIUM)) throw new Error(`There is no browser at ${CHROMIUM}: install chromium or set CHROMIUM.`);
  // As root, which containers often are, Chromium refuses to start with its sandbox.
  const rooted = process.getuid?.() === 0;
  return await chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: !rooted });
}
