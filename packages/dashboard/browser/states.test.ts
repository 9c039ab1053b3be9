// Every page while it waits, when it is refused, and with the longest words and lists that there can be, on a phone.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { ownFolder } from '../../posthorn/tests/cli/command.ts';
import { violations } from './axe.ts';
import { Person, PHONE, startBrowser } from './browser.ts';
import { KEY, openScene, type Scene } from './scene.ts';

const root = ownFolder();
const WIDE = 'W'.repeat(64);
const LONG_TYPE = `${'t'.repeat(60)}.${'u'.repeat(60)}`;
const ENDPOINTS = 240;

describe('every page', () => {
  let scene: Scene;
  let browser: Browser;
  let paths: readonly (readonly [name: string, path: string])[];

  before(async () => {
    scene = await openScene(root);
    browser = await startBrowser();
    const of = (path: string) => `/v1/tenants/${WIDE}${path}`;
    await scene.api('PUT', of(''), { name: 'N'.repeat(100) });
    const endpoint = (index: number) =>
      scene.api<{ id: string }>('POST', of('/endpoints'), {
        url: `http://127.0.0.1:${scene.good.port}/${'p'.repeat(300)}`,
        description: `${index}${'D'.repeat(200)}`,
        eventTypes: index === 0 ? null : [LONG_TYPE.slice(0, -1), `${'x'.repeat(100)}.*`],
        scheduleMs: [],
      });
    const { id: endpointId } = await endpoint(0);
    for (let index = 1; index < ENDPOINTS; index++) await endpoint(index);
    const event = await scene.api<{ id: string; deliveries: { id: string }[] }>('POST', of('/events'), {
      type: LONG_TYPE,
      payload: { word: 'w'.repeat(5_000) },
    });
    await scene.until('it has arrived', async () => scene.good.requests.length > 0);
    const replay = await scene.api<{ id: string }>('POST', of('/replays'), { eventTypes: [LONG_TYPE], endpointId });
    const base = `/t/${WIDE}`;
    paths = [
      ['overview', base],
      ['all tenants', '/all'],
      ['deliveries', `${base}/deliveries`],
      ['delivery', `${base}/deliveries/${event.deliveries[0]?.id}`],
      ['endpoints', `${base}/endpoints`],
      ['endpoint', `${base}/endpoints/${endpointId}`],
      ['events', `${base}/events`],
      ['event', `${base}/events/${event.id}`],
      ['replays', `${base}/replays`],
      ['replay', `${base}/replays/${replay.id}`],
    ];
  });
  after(async () => {
    await browser?.close();
    await scene?.[Symbol.asyncDispose]();
  });

  const widerThanWindow = ({ page }: Person) =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  it('holds the longest words and lists on a phone', async () => {
    await using person = await Person.arrive(browser, scene.url, { size: PHONE });
    await person.signIn(KEY);
    for (const [name, path] of paths) {
      await person.page.goto(path);
      await person.page.locator('main h1').waitFor();
      await person.page.locator('.loading').first().waitFor({ state: 'detached' });
      await person.screenshot(`long-${name.replace(' ', '-')}-light-phone`, false);
      assert.ok((await widerThanWindow(person)) <= 0, `${name} is wider than the window`);
      assert.deepEqual(await violations(person), [], name);
    }
    assert.deepEqual(person.complaints, []);
  });

  it('says that it waits, and then shows what came', async () => {
    await using person = await Person.arrive(browser, scene.url, { size: PHONE });
    const { page } = person;
    await person.signIn(KEY);
    for (const [name, path] of paths) {
      const { promise: held, resolve: release } = Promise.withResolvers<void>();
      await page.route('**/v1/**', async (route) => {
        await held;
        await route.continue().catch(() => {});
      });
      await page.goto(path);
      await page.getByText('Loading…').first().waitFor();
      assert.deepEqual(await violations(person), [], name);
      release();
      await page.locator('.loading').first().waitFor({ state: 'detached' });
      await page.unroute('**/v1/**');
    }
    assert.deepEqual(person.complaints, []);
  });

  it('says what is wrong, with the words of the server', async () => {
    await using person = await Person.arrive(browser, scene.url, { size: PHONE });
    const { page } = person;
    await person.signIn(KEY);
    const detail = `${'Database'.repeat(20)} is away`;
    await page.route('**/v1/**', (route) => route.fulfill({ status: 422, json: { detail } }));
    for (const [name, path] of paths) {
      await page.goto(path);
      await page.getByRole('alert').getByText(detail).first().waitFor();
      assert.deepEqual(await violations(person), [], name);
      assert.ok((await widerThanWindow(person)) <= 0, `${name} is wider than the window`);
      await person.screenshot(`refused-${name.replace(' ', '-')}-light-phone`, false);
    }
    assert.deepEqual(person.complaints, []);
  });

  it('is reached, used and left by keyboard alone', async () => {
    await using person = await Person.arrive(browser, scene.url);
    const { page } = person;
    await page.goto('/t/acme');
    await page.getByLabel('API key').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type(KEY);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
    const tabTo = async (text: string) => {
      for (let press = 0; press < 40 && (await focused()) !== text; press++) await page.keyboard.press('Tab');
      assert.equal(await focused(), text);
    };
    await tabTo('Skip to content');
    await tabTo('Events');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Events', exact: true }).waitFor();
    await tabTo('Send event');
    await page.keyboard.press('Enter');
    await page.getByText('Accepted as').waitFor();
    const toTop = () => page.locator('.skip').focus();
    await toTop();
    await tabTo('Deliveries');
    await page.keyboard.press('Enter');
    await page.getByRole('row').nth(1).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    await tabTo('Retry now');
    await toTop();
    await tabTo('Sign out');
    await page.keyboard.press('Enter');
    await page.getByLabel('API key').waitFor();
    assert.deepEqual(person.complaints, []);
  });
});
