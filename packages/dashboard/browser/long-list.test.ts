// A hundred thousand deliveries, really stored, gone through from the newest to the oldest.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { ownFolder } from '../../posthorn/tests/cli/command.ts';
import { Person, startBrowser } from './browser.ts';
import { percentile, smoothnessOf, smoothnessText } from './frames.ts';
import { KEY } from './scene.ts';
import { openStored, STORED_TENANT, type Stored } from './stored.ts';

const COUNT = 100_000;
const ROW_PX = 48;
/** Scrolled per frame: faster than anybody, so that the rows have to be fetched as fast as they can be. */
const PX_PER_FRAME = 100 * ROW_PX;
// Bounds that hold whatever else the machine does; without a graphics card, and with others at work, frames take longer
// than they do for people.
const MAX_P99_FRAME_MS = 300;
const MAX_TASK_MS = 400;
const MAX_HEAP_GROWTH_MB = 12;
const MAX_ROWS_IN_PAGE = 100;

const root = ownFolder();

describe('a list of 100,000 deliveries', () => {
  let stored: Stored;
  let browser: Browser;
  let person: Person;
  before(async () => {
    stored = await openStored(root, COUNT);
    browser = await startBrowser();
    person = await Person.arrive(browser, stored.url);
    await person.signIn(KEY, `/t/${STORED_TENANT}/deliveries`);
    await person.page.getByRole('row').nth(10).waitFor();
  });
  after(async () => {
    await browser?.close();
    await stored?.[Symbol.asyncDispose]();
  });

  it('scrolls to its end without a hitch, and keeps little of it', async () => {
    const { page } = person;
    const session = await page.context().newCDPSession(page);
    const heapBefore = await heapMb(session);
    const began = performance.now();
    const smoothness = await smoothnessOf(page, () => scrollToEnd(page));
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    const grown = (await heapMb(session)) - heapBefore;
    console.log(
      `${COUNT.toLocaleString('en')} rows in ${seconds} s: ${smoothnessText(smoothness)}; heap +${grown.toFixed(1)} MB`,
    );
    assert.equal(await lastRowIndex(page), COUNT + 1);
    assert.ok((await page.getByRole('row').count()) < MAX_ROWS_IN_PAGE);
    assert.ok(percentile(smoothness, 0.99) < MAX_P99_FRAME_MS, smoothnessText(smoothness));
    assert.ok(Math.max(0, ...smoothness.longTasks) < MAX_TASK_MS, smoothnessText(smoothness));
    assert.ok(grown < MAX_HEAP_GROWTH_MB, `the heap grew by ${grown} MB`);
  });

  it('shows any part of it again when one jumps there', async () => {
    const { page } = person;
    for (const place of [50_000, 3_000, 80_000]) {
      await page.evaluate((top) => scrollTo(0, top), place * ROW_PX);
      await page
        .locator(`[aria-rowindex="${place + 5}"]`)
        .getByRole('link')
        .waitFor();
    }
    assert.deepEqual(person.complaints, []);
  });

  it('is gone through by keyboard, also where nothing is kept', async () => {
    const { page } = person;
    await page.evaluate((top) => scrollTo(0, top), 40_000 * ROW_PX);
    await page.locator('[aria-rowindex="40010"]').getByRole('link').waitFor();
    for (let press = 0; press < 60; press++) await page.keyboard.press('j');
    const place = await page.evaluate(() =>
      document.activeElement?.closest('[role=row]')?.getAttribute('aria-rowindex'),
    );
    assert.ok(Number(place) > 40_040 && Number(place) < 40_080, `the focus is at ${place}`);
    const box = await page.locator(`[aria-rowindex="${place}"]`).boundingBox();
    assert.ok(box !== null && box.y > 0 && box.y < 860, 'what has the focus is in view');
  });
});

/** Scrolls on with every frame until the list has ended. */
async function scrollToEnd(page: Page): Promise<void> {
  const ended = page.getByText('That is all.').waitFor({ timeout: 180_000 });
  await page.evaluate((pxPerFrame) => {
    const frame = () => {
      scrollBy(0, pxPerFrame);
      if (!document.body.textContent?.includes('That is all.')) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }, PX_PER_FRAME);
  await ended;
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  await page.locator(`[aria-rowindex="${COUNT + 1}"]`).waitFor();
}

const lastRowIndex = async (page: Page): Promise<number> =>
  Number(await page.getByRole('row').last().getAttribute('aria-rowindex'));

async function heapMb(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0) / 1_000_000;
}
