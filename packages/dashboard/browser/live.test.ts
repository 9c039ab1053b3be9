// The pages while things happen: what comes by the stream, what does not move, and what holds when there is no stream.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { ownFolder } from '../../posthorn/tests/cli/command.ts';
import { answering, startReceiver } from '../../posthorn/tests/support/receivers.ts';
import { Person, startBrowser } from './browser.ts';
import { smoothnessOf, smoothnessText } from './frames.ts';
import { KEY, openScene, type Scene, TENANT } from './scene.ts';

const root = ownFolder();
/** Events to begin with: more than fit into a window. */
const STORED = 400;
const STREAM = '**/v1/stream*';
/** A message is shown before it would be asked for again anyhow, in milliseconds. */
const SOON_MS = 10_000;
/** Messages of the flood, three for each attempt, and pieces of 20 ms that the page may be behind with. */
const TOLD = 75_000;
const MAX_UNREAD_PIECES = 5;
/** Limit for a page's answer to a person, whatever else it does, in milliseconds. */
const MAX_TASK_MS = 250;

describe('the pages, while things happen,', () => {
  let scene: Scene;
  let browser: Browser;
  const at = (path: string) => `/t/${TENANT}${path}`;
  const comer = async (path: string) => {
    const person = await Person.arrive(browser, scene.url);
    await person.signIn(KEY, at(path));
    await person.page.getByText('Live', { exact: true }).waitFor();
    return person;
  };
  const rows = (page: Page) => page.locator('[role=row][aria-rowindex]');

  before(async () => {
    scene = await openScene(root);
    browser = await startBrowser();
    const events = Array.from({ length: STORED }, (_, n) => ({ type: `stored.e${n}`, payload: {} }));
    await scene.api('POST', `/v1/tenants/${TENANT}/events/batch`, { events });
    await scene.until('all of them have arrived', async () => (await scene.deliveries('&state=pending')).length === 0);
  });
  after(async () => {
    await browser?.close();
    await scene?.[Symbol.asyncDispose]();
  });

  it('change a row where it stands, without asking for the list', async () => {
    await using person = await comer('/deliveries');
    const { page } = person;
    const row = rows(page).nth(3);
    await row.getByText('Succeeded').waitFor();
    const [{ id = '' } = {}] = (await scene.deliveries()).slice(2);
    await page.route('**/v1/tenants/*/deliveries?*', (route) => route.abort());
    await scene.api('POST', `/v1/tenants/${TENANT}/deliveries/${id}/retry`);
    await row.locator('.cell-attempts').getByText('2').waitFor();
    assert.deepEqual(person.complaints, []);
  });

  it('show what is new at the head at once', async () => {
    await using person = await comer('/deliveries');
    const { page } = person;
    await rows(page).nth(20).waitFor();
    for (const name of ['new.a', 'new.b', 'new.c']) {
      await scene.post(name);
      await rows(page).nth(1).getByText(name).waitFor();
    }
  });

  it('move nothing under who reads on below, say how much is new, and lead there', async () => {
    await using person = await comer('/deliveries');
    const { page } = person;
    await rows(page).nth(20).waitFor();
    await page.mouse.move(600, 500);
    await page.mouse.wheel(0, 2_000);
    const [{ id = '' } = {}] = (await scene.deliveries()).slice(48);
    const row = rows(page).filter({ has: page.locator(`[href$="${id}"]`) });
    await row.waitFor();
    const before = await row.boundingBox();
    for (let count = 0; count < 5; count++) await scene.post('came.above');
    const fresh = page.getByRole('button', { name: '5 new' });
    await fresh.waitFor();
    assert.deepEqual(await row.boundingBox(), before);
    await fresh.click();
    await rows(page).nth(1).getByText('came.above').waitFor();
    assert.equal(await page.evaluate(() => scrollY), 0);
  });

  it('leave the row alone that somebody went to by keyboard', async () => {
    await using person = await comer('/deliveries');
    const { page } = person;
    await rows(page).nth(20).waitFor();
    for (const key of ['j', 'j', 'ArrowDown', 'k']) await page.keyboard.press(key);
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    const before = await focused();
    assert.equal(before, await rows(page).nth(2).getByRole('link').textContent());
    await scene.post('came.meanwhile');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    assert.equal(await focused(), before);
    await page.keyboard.press('Escape');
    await rows(page).nth(1).getByText('came.meanwhile').waitFor();
  });

  it('find the list where it was after looking at one of its rows', async () => {
    await using person = await comer('/deliveries');
    const { page } = person;
    await rows(page).nth(20).waitFor();
    await page.mouse.move(600, 500);
    await page.mouse.wheel(0, 6_000);
    await scene.until('it has scrolled', async () => (await page.evaluate(() => scrollY)) > 3_000);
    const row = rows(page).nth(30);
    const [path, top] = [await row.getByRole('link').getAttribute('href'), (await row.boundingBox())?.y];
    await row.getByRole('link').click();
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    assert.equal(await page.evaluate(() => scrollY), 0);
    await page.goBack();
    const again = rows(page).filter({ has: page.locator(`[href="${path}"]`) });
    await again.waitFor();
    assert.equal((await again.boundingBox())?.y, top);
  });

  it('hold still when they are told to', async () => {
    await using person = await comer('/deliveries');
    const { page } = person;
    await rows(page).nth(20).waitFor();
    const first = await rows(page).nth(1).textContent();
    await page.getByRole('button', { name: 'Pause' }).click();
    await scene.post('came.in.the.pause');
    await page.getByRole('button', { name: '1 new' }).waitFor();
    assert.equal((await rows(page).nth(1).textContent())?.slice(0, 20), first?.slice(0, 20));
    await page.getByRole('button', { name: 'Pause' }).click();
    await rows(page).nth(1).getByText('came.in.the.pause').waitFor();
  });

  it('say why deliveries to an endpoint fail now, not why they failed when it was opened', async () => {
    let status = 500;
    await using receiver = await startReceiver({
      onRequest: (socket, request) => answering(status)(socket, request),
    });
    const { id: endpointId } = await scene.api<{ id: string }>('POST', `/v1/tenants/${TENANT}/endpoints`, {
      url: `http://127.0.0.1:${receiver.port}/`,
      eventTypes: ['changing.mind'],
      scheduleMs: [],
    });
    await scene.post('changing.mind');
    const failed = () => scene.deliveries(`&endpointId=${endpointId}&state=exhausted`);
    await scene.until('it has failed', async () => (await failed()).length === 1);
    await using person = await comer(`/endpoints/${endpointId}`);
    const failures = person.page.getByRole('region', { name: 'Latest failures' });
    await failures.getByText('HTTP 500').waitFor();
    status = 404;
    const [{ id = '' } = {}] = await failed();
    await scene.api('POST', `/v1/tenants/${TENANT}/deliveries/${id}/retry`);
    await failures.getByText('HTTP 404').waitFor({ timeout: SOON_MS });
    assert.equal(await failures.getByText('HTTP 500').count(), 0);
    assert.deepEqual(person.complaints, []);
  });

  it('ask when the stream is refused, and follow it again when it is not', async () => {
    await using person = await Person.arrive(browser, scene.url);
    const { page } = person;
    await page.route(STREAM, (route) => route.fulfill({ status: 503, json: { detail: 'too many readers' } }));
    await person.signIn(KEY, at('/deliveries'));
    await rows(page).nth(20).waitFor();
    await page.getByText('Asking', { exact: true }).waitFor();
    await scene.post('asked.for');
    await rows(page).nth(1).getByText('asked.for').waitFor();
    await page.unroute(STREAM);
    await page.getByText('Live', { exact: true }).waitFor();
    assert.deepEqual(person.complaints, []);
  });

  it('listen to nothing while nobody can see them, and go on where they were', async () => {
    await using person = await comer('/deliveries');
    const { page } = person;
    await rows(page).nth(20).waitFor();
    const hide = (hidden: boolean) =>
      page.evaluate((value) => {
        Object.defineProperty(document, 'hidden', { value, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      }, hidden);
    const closed = page.waitForEvent('requestfailed', (request) => request.url().includes('/v1/stream'));
    await hide(true);
    await closed;
    await scene.post('came.unseen');
    const opened = page.waitForRequest(STREAM);
    await hide(false);
    assert.match((await opened).headers()['last-event-id'] ?? '', /^[0-9a-f]{8}-\d+$/);
    await rows(page).nth(1).getByText('came.unseen').waitFor();
  });

  it('answer at once while 5,000 attempts are made a second', async () => {
    await using person = await Person.arrive(browser, scene.url);
    const { page } = person;
    await page.addInitScript(flood);
    await person.signIn(KEY, at('/deliveries'));
    await rows(page).nth(20).waitFor();
    const flooded = () =>
      page.evaluate(() => {
        const { told, unread } = document.documentElement.dataset;
        return { told: Number(told), unread: Number(unread) };
      });
    const smoothness = await smoothnessOf(page, async () => {
      while ((await flooded()).told < TOLD) {
        await page.getByLabel('Event type').pressSequentially('abcdefgh');
        await page.getByLabel('Event type').fill('');
      }
    });
    console.log(`with ${TOLD} messages: ${smoothnessText(smoothness)}`);
    await scene.until('all that was told is read', async () => (await flooded()).unread <= MAX_UNREAD_PIECES);
    assert.ok(Math.max(0, ...smoothness.longTasks) < MAX_TASK_MS, smoothnessText(smoothness));
  });
});

/** In the page: a stream that tells of 5,000 attempts a second, each with what comes before it. */
function flood(): void {
  const real = globalThis.fetch;
  const PER_SECOND = 5_000;
  const TICK_MS = 20;
  globalThis.fetch = async (input, init) => {
    if (!String(input).startsWith('/v1/stream')) return await real(input, init);
    let number = 0;
    const id = (n: number) => `0190163d-8694-739b-aea5-${String(n).padStart(12, '0')}`;
    const message = (kind: string, data: object) =>
      `id: 5f0c9a1e-${number++}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`;
    const told = new ReadableStream<Uint8Array>({
      start(controller) {
        const tick = () => {
          let text = '';
          for (let count = 0; count < (PER_SECOND * TICK_MS) / 1_000; count++) {
            const ids = { tenant: 'acme', endpointId: id(1), eventId: id(number), deliveryId: id(number) };
            const attempt = { ...ids, attemptId: id(number), number: 1, trigger: 'schedule' };
            text += message('accepted', { tenant: 'acme', eventId: id(number), eventType: 'a.b', deliveries: 1 });
            text += message('started', attempt);
            text += message('attempted', {
              ...attempt,
              eventType: 'a.b',
              startedAt: new Date().toISOString(),
              connectMs: null,
              durationMs: 12,
              outcome: 'succeeded',
              status: 200,
              error: null,
              state: 'succeeded',
              nextAttemptAt: null,
              late: false,
            });
          }
          controller.enqueue(new TextEncoder().encode(text));
          const { dataset } = document.documentElement;
          dataset['told'] = String(number);
          dataset['unread'] = String(-(controller.desiredSize ?? 0));
        };
        setInterval(tick, TICK_MS);
      },
    });
    return new Response(told, { headers: { 'content-type': 'text/event-stream' } });
  };
}
