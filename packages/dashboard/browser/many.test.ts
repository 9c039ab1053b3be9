// More tenants and endpoints than a list shows: every one of them is found by typing, with the keyboard alone, and what does
// not fit is said.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { ownFolder, type Running, serve } from '../../posthorn/tests/cli/command.ts';
import { violations } from './axe.ts';
import { DESKTOP, Person, PHONE, startBrowser, THEMES } from './browser.ts';

const KEY = 'a-key-for-very-many-tenants';
const TENANTS = 120;
/** More than a page of the list, and than the API's largest page. */
const ENDPOINTS = 230;
const root = ownFolder();

describe('very many tenants and endpoints', () => {
  let service: Running;
  let url: string;
  let browser: Browser;
  before(async () => {
    ({ service, url } = await serve(root, { POSTHORN_API_KEY: KEY }));
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const api = async (method: string, path: string, body: object) => {
      const answer = await fetch(`${url}/v1${path}`, { method, headers, body: JSON.stringify(body) });
      assert.ok(answer.ok, await answer.text());
    };
    for (let n = 0; n < TENANTS; n++) {
      await api('PUT', `/tenants/cust-${String(n).padStart(4, '0')}`, { name: `Customer number ${n}` });
    }
    await api('PUT', '/tenants/zz-globex', { name: 'Globex Corporation of the United Something' });
    const create = async (host: string, description: string, eventTypes: string[]) =>
      await api('POST', '/tenants/zz-globex/endpoints', { url: `https://${host}/in`, description, eventTypes });
    await create('oldest.receiver.example', 'The oldest', ['order.paid']);
    for (let n = 2; n < ENDPOINTS; n++) await create(`hooks${n}.receiver.example`, 'Fraud checks', ['fraud.*']);
    await create('newest.receiver.example', 'The newest', ['order.paid']);
    await api('POST', '/tenants/zz-globex/events', { type: 'order.paid', payload: {} });
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
  });

  it('are named in the list of deliveries, old ones too, without asking for all of them', async () => {
    await using person = await Person.arrive(browser, url);
    const { page } = person;
    await person.signIn(KEY);
    // Away from the page that one comes to, which asks for endpoints in trouble.
    await page.goto('about:blank');
    const asked: string[] = [];
    page.on('request', (request) => {
      const { pathname, search } = new URL(request.url());
      if (pathname.startsWith('/v1/tenants/zz-globex/endpoints')) asked.push(pathname.slice(-36) + search);
    });
    await page.goto('/t/zz-globex/deliveries');
    await page.getByRole('row').filter({ hasText: 'The oldest' }).waitFor();
    await page.getByRole('row').filter({ hasText: 'The newest' }).waitFor();
    assert.equal(await page.getByText('deleted').count(), 0);
    assert.equal(asked.length, 2, asked.join('\n'));
    assert.deepEqual(person.complaints, []);
  });

  for (const size of [DESKTOP, PHONE]) {
    for (const theme of THEMES) {
      const look = `${theme}${size === PHONE ? '-phone' : ''}`;
      it(`are found by typing: ${look}`, async () => {
        await using person = await Person.arrive(browser, url, { theme, size });
        const { page } = person;
        await person.signIn(KEY);
        await page.waitForURL('**/all');
        const tenant = page.getByRole('combobox', { name: 'Tenant' });
        await tenant.click();
        await page.getByText('The first 50 of more: type to search.').waitFor();
        assert.deepEqual(await violations(person), [], 'the open list');
        await person.screenshot(`many-tenants-${look}`, false);
        await tenant.pressSequentially('GLOBEX');
        await page.getByRole('option', { name: /^Globex Corporation of the United Something/ }).waitFor();
        await page.keyboard.press('ArrowDown');
        assert.equal(
          await page.locator(`[id="${await tenant.getAttribute('aria-activedescendant')}"]`).textContent(),
          'Globex Corporation of the United Something (zz-globex)',
        );
        await page.keyboard.press('Enter');
        await page.waitForURL('**/t/zz-globex');
        await page.goto('/t/zz-globex/deliveries');
        const endpoint = page.getByRole('combobox', { name: 'Endpoint' });
        await endpoint.click();
        await endpoint.fill('hooks37');
        await page.getByRole('option', { name: 'Fraud checks · hooks37.receiver.example' }).waitFor();
        await person.screenshot(`many-endpoints-${look}`, false);
        await page.keyboard.press('Escape');
        assert.equal(await endpoint.getAttribute('aria-expanded'), 'false');
        await endpoint.fill('hooks37');
        await page.getByRole('option', { name: 'Fraud checks · hooks37.receiver.example' }).click();
        await page.waitForURL(/endpointId=/);
        await page.waitForFunction(
          (name) => document.querySelector<HTMLInputElement>('input[aria-label="Endpoint"]')?.value === name,
          'Fraud checks · hooks37.receiver.example',
        );
        await endpoint.fill('nobody');
        await page.getByText('Nothing has this text in it.').waitFor();
        assert.deepEqual(person.complaints, []);
      });

      it(`are listed page by page, and searched by the server: ${look}`, async () => {
        await using person = await Person.arrive(browser, url, { theme, size });
        const { page } = person;
        await person.signIn(KEY);
        const asked: string[] = [];
        page.on('request', (request) => {
          const { pathname, search } = new URL(request.url());
          if (pathname === '/v1/tenants/zz-globex/endpoints') asked.push(search);
        });
        await page.goto('/t/zz-globex/endpoints');
        await page.getByText('The newest 100 are shown; there are more.').waitFor();
        assert.deepEqual(asked, ['?limit=100'], 'no more is asked for than is shown');
        assert.equal(await page.locator('tbody tr').count(), 100);
        for (let shown = 100; shown < ENDPOINTS; shown += 100) {
          await page.getByRole('button', { name: 'Show more' }).click();
          await page
            .locator('tbody tr')
            .nth(Math.min(shown + 100, ENDPOINTS) - 1)
            .waitFor();
        }
        await page.getByText('That is all.').waitFor();
        assert.equal(await page.locator('tbody tr').count(), ENDPOINTS);
        assert.deepEqual(await violations(person), [], 'the list');
        const search = page.getByRole('searchbox', { name: 'Search by description, host or id' });
        await search.fill('hooks37');
        await page.getByText('1 found.').waitFor();
        await page.waitForURL(/\?search=hooks37$/);
        await page.reload();
        await page.getByText('1 found.').waitFor();
        assert.equal(await search.inputValue(), 'hooks37');
        await person.screenshot(`many-endpoints-found-${look}`);
        await search.fill('nobody');
        await page.getByText('No endpoint has this text in its description, host or id.').waitFor();
        await page.getByRole('button', { name: 'Show all' }).click();
        await page.getByText('The newest 100 are shown; there are more.').waitFor();
        assert.equal(await search.inputValue(), '');
        assert.deepEqual(person.complaints, []);
      });
    }
  }
});
