// The first view with a million deliveries stored. Not part of the tests, because storing them takes minutes:
// npm run measure:dashboard
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ownFolder } from '../../posthorn/tests/cli/command.ts';
import { Person, startBrowser } from './browser.ts';
import { KEY } from './scene.ts';
import { openStored, STORED_TENANT, type Stored } from './stored.ts';

const COUNT = Number(process.env['DELIVERIES'] ?? 1_000_000);
const ROUNDS = 7;
const MAX_FIRST_VIEW_MS = 1_000;

const root = ownFolder();

describe(`with ${COUNT.toLocaleString('en')} deliveries stored`, () => {
  let stored: Stored;
  let browser: Browser;
  before(async () => {
    const began = performance.now();
    stored = await openStored(root, COUNT);
    console.log(`stored and started in ${((performance.now() - began) / 1_000).toFixed()} s`);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await stored?.[Symbol.asyncDispose]();
  });

  const base = `/t/${STORED_TENANT}`;
  for (const [name, path, sign] of [
    ['the overview', () => base, '.picture path'],
    ['the overview of a day', () => `${base}?span=day`, '.picture path'],
    ['all tenants', () => '/all', '.picture path'],
    ['the deliveries', () => `${base}/deliveries`, '.row-link'],
    [
      'the exhausted deliveries of an endpoint',
      () => `${base}/deliveries?state=exhausted&endpointId=${stored.endpointId}`,
      '.row-link',
    ],
    ['the deliveries of a type', () => `${base}/deliveries?eventType=invoice.sent`, '.row-link'],
    ['a delivery', () => `${base}/deliveries/${stored.deliveryId}`, '.timeline'],
    ['the endpoints', () => `${base}/endpoints`, '.plain td'],
    ['an endpoint', () => `${base}/endpoints/${stored.endpointId}`, '.picture path'],
    ['the events', () => `${base}/events`, '.event-list a'],
  ] as const) {
    it(`shows ${name} in less than a second`, async () => {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) times.push(await firstView(browser, stored.url, path(), sign));
      times.sort((a, b) => a - b);
      const [median = 0, worst = 0] = [times[ROUNDS >> 1], times.at(-1)];
      console.log(`${name}: ${median.toFixed()} ms (the slowest of ${ROUNDS}: ${worst.toFixed()} ms)`);
      assert.ok(median < MAX_FIRST_VIEW_MS, `${median} ms`);
    });
  }
});

/** From asking for the address to seeing its content, with nothing of ours in the browser but the session. */
async function firstView(browser: Browser, url: string, path: string, sign: string): Promise<number> {
  await using person = await Person.arrive(browser, url);
  await person.signIn(KEY);
  const context = person.page.context();
  const page = await emptyPage(context);
  await page.addInitScript((selector) => {
    const look = () => {
      if (document.querySelector(selector) === null) return;
      observer.disconnect();
      // It is seen when it has been painted.
      requestAnimationFrame(() => setTimeout(() => Object.assign(globalThis, { seenAt: performance.now() })));
    };
    const observer = new MutationObserver(look);
    observer.observe(document, { childList: true, subtree: true });
  }, sign);
  await page.goto(path);
  const seenAt = await page.waitForFunction(() => Object(globalThis).seenAt as number | undefined);
  assert.deepEqual(person.complaints, []);
  return (await seenAt.jsonValue()) ?? Number.POSITIVE_INFINITY;
}

/** A page that fetches everything anew. */
async function emptyPage(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send('Network.clearBrowserCache');
  return page;
}
