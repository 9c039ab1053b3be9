// Every page in both themes and on a phone: free of what axe knows to hinder people, and photographed for whoever looks.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { ownFolder } from '../../posthorn/tests/cli/command.ts';
import { violations } from './axe.ts';
import { DESKTOP, Person, PHONE, startBrowser, THEMES } from './browser.ts';
import { fill, KEY, openScene, type Scene, TENANT } from './scene.ts';

const root = ownFolder();

describe('pages', () => {
  let scene: Scene;
  let browser: Browser;
  let replay: string | undefined;
  before(async () => {
    scene = await openScene(root);
    browser = await startBrowser();
    await fill(scene);
  });
  after(async () => {
    await browser?.close();
    await scene?.[Symbol.asyncDispose]();
  });

  /** Each page with something that is there when it has loaded. */
  async function addresses(): Promise<readonly (readonly [name: string, path: string, sign: string])[]> {
    const one = async (endpoint: string) => (await scene.deliveries(`&endpointId=${endpoint}`))[0]?.id;
    const [event] = (await scene.api<{ data: { id: string }[] }>('GET', `/v1/tenants/${TENANT}/events`)).data;
    const base = `/t/${TENANT}`;
    replay ??= (
      await scene.api<{ id: string }>('POST', `/v1/tenants/${TENANT}/replays`, { endpointId: scene.endpoints.gone })
    ).id;
    return [
      ['overview', base, 'Old data warehouse'],
      ['all-tenants', '/all', 'Old data warehouse'],
      ['deliveries', `${base}/deliveries`, 'That is all.'],
      ['delivery-succeeded', `${base}/deliveries/${await one(scene.endpoints.good)}`, 'Attempt 1'],
      ['delivery-exhausted', `${base}/deliveries/${await one(scene.endpoints.broken)}`, 'Attempt 3'],
      ['delivery-pending', `${base}/deliveries/${await one(scene.endpoints.slow)}`, 'Next attempt'],
      ['endpoints', `${base}/endpoints`, 'CRM production'],
      ['endpoint', `${base}/endpoints/${scene.endpoints.gone}`, '12 deliveries'],
      ['events', `${base}/events`, 'Latest events'],
      ['event', `${base}/events/${event?.id}`, 'Not sent to'],
      ['replays', `${base}/replays`, 'Exhausted deliveries to Old data warehouse'],
      ['replay', `${base}/replays/${replay}`, 'Deliveries that it is about'],
      ['empty-overview', '/t/beta', 'Nothing has been delivered yet'],
      ['empty-replays', '/t/beta/replays', 'No replays yet'],
      ['empty', '/t/beta/deliveries', 'No deliveries yet'],
      ['missing', `${base}/deliveries/0190163d-8694-739b-aea5-966c26f8ad91`, 'Not found.'],
    ];
  }

  for (const size of [DESKTOP, PHONE]) {
    for (const theme of THEMES) {
      const look = `${theme}${size === PHONE ? '-phone' : ''}`;
      it(`hinder nobody: ${look}`, async () => {
        await using person = await Person.arrive(browser, scene.url, { theme, size });
        await person.page.goto('/');
        await person.page.getByLabel('API key').waitFor();
        assert.deepEqual(await violations(person), [], 'sign-in');
        await person.screenshot(`sign-in-${look}`);
        await person.signIn(KEY);
        for (const [name, path, sign] of await addresses()) {
          await person.page.goto(path);
          await person.page.getByText(sign).first().waitFor();
          await person.page.locator('.loading').waitFor({ state: 'detached' });
          assert.deepEqual(await violations(person), [], name);
          const wider = await person.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wider <= 0, `${name} is ${wider} px wider than the window`);
          await person.screenshot(`${name}-${look}`, name !== 'deliveries');
        }
        await person.page.goto(`/t/${TENANT}/deliveries`);
        await person.page.getByRole('button', { name: 'Replay…' }).click();
        await person.page.getByRole('dialog').getByText('deliveries', { exact: false }).first().waitFor();
        await person.page.getByText('Counting…').waitFor({ state: 'detached' });
        assert.deepEqual(await violations(person), [], 'replay dialog');
        await person.screenshot(`replay-dialog-${look}`, false);
        await person.page.goto(`/t/${TENANT}`);
        await person.page.getByText('These numbers as a table').click();
        await person.page.locator('.step-table').getByRole('row').nth(60).waitFor();
        assert.deepEqual(await violations(person), [], 'table of numbers');
        await person.screenshot(`overview-table-${look}`);
        assert.deepEqual(person.complaints, []);
      });
    }
  }

  it('begin with a first tenant and its first endpoint', async () => {
    await using person = await Person.arrive(browser, scene.url);
    const { page } = person;
    await page.route('**/v1/tenants?*', (route) => route.fulfill({ json: { data: [], nextCursor: null } }));
    await person.signIn(KEY);
    await page.getByRole('heading', { name: 'Create the first tenant' }).waitFor();
    assert.deepEqual(await violations(person), []);
    await person.screenshot('first-tenant-light');
    await page.unroute('**/v1/tenants?*');
    await page.getByLabel('Id').fill('gamma');
    await page.getByRole('button', { name: 'Create tenant' }).click();
    await page.waitForURL('**/t/gamma/endpoints');
    await page.getByText('No endpoints yet').waitFor();
    assert.deepEqual(await violations(person), []);
    await page.getByLabel('Callback URL').fill('https://10.0.0.1/hook');
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Callback URL').fill(`http://127.0.0.1:${scene.good.port}/new`);
    await page.getByLabel('Event types').fill('user.* order.paid');
    await page.getByRole('button', { name: 'Create endpoint' }).click();
    await page.getByText('user.*, order.paid').waitFor();
    assert.deepEqual(person.complaints, []);
  });

  it('keep the theme that somebody chose', async () => {
    await using person = await Person.arrive(browser, scene.url, { theme: 'light' });
    await person.signIn(KEY);
    await person.page.getByRole('button', { name: 'Use the dark theme' }).click();
    await person.page.reload();
    await person.page.getByRole('button', { name: 'Use the light theme' }).waitFor();
    const scheme = await person.page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    assert.equal(scheme, 'dark');
  });
});
