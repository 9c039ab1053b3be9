// Journeys of a person through the dashboard, in a real browser, against a real service with real failures.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { ownFolder } from '../../posthorn/tests/cli/command.ts';
import { response, startReceiver } from '../../posthorn/tests/support/receivers.ts';
import { Person, startBrowser } from './browser.ts';
import { fill, KEY, openScene, type Scene, TENANT, XSS } from './scene.ts';

const root = ownFolder();

describe('the dashboard', () => {
  let scene: Scene;
  let browser: Browser;
  let person: Person;
  const at = (path: string) => `/t/${TENANT}${path}`;
  const deliveryTo = async (endpoint: string, state: string) => {
    const [found] = await scene.deliveries(`&endpointId=${endpoint}&state=${state}`);
    assert.ok(found !== undefined, `no ${state} delivery`);
    return found.id;
  };

  before(async () => {
    scene = await openScene(root);
    browser = await startBrowser();
    await fill(scene);
    person = await Person.arrive(browser, scene.url);
    await person.signIn(KEY);
  });
  after(async () => {
    await browser?.close();
    await scene?.[Symbol.asyncDispose]();
  });

  it('lets nobody in with a wrong key, and keeps the key nowhere', async () => {
    await using stranger = await Person.arrive(browser, scene.url);
    await stranger.page.goto(at('/deliveries'));
    await stranger.page.getByLabel('API key').fill('not-the-key');
    await stranger.page.getByRole('button', { name: 'Sign in' }).click();
    await stranger.page.getByText('This is not a valid API key.').waitFor();
    await stranger.signIn(KEY, at('/deliveries'));
    await stranger.page.getByRole('table', { name: 'Deliveries, newest first' }).waitFor();
    const kept = await stranger.page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, document.documentElement.outerHTML]),
    );
    assert.ok(!kept.includes(KEY));
    assert.deepEqual(stranger.complaints, []);
  });

  it('shows deliveries and narrows them by what is in the address', async () => {
    const { page } = person;
    await page.goto(at('/deliveries'));
    await page.getByRole('row').nth(5).waitFor();
    await page.getByLabel('State').selectOption('exhausted');
    await page.waitForURL(/state=exhausted/);
    await page.getByRole('cell', { name: 'Exhausted' }).first().waitFor();
    assert.equal(await page.getByRole('cell', { name: 'Succeeded' }).count(), 0);
    await page.getByLabel('Event type').fill('user.updated');
    await page.getByLabel('Event type').press('Enter');
    await page.waitForURL(/eventType=user\.updated/);
    await page.reload();
    await page.getByRole('link', { name: 'user.updated' }).first().waitFor();
    assert.equal(await page.getByRole('link', { name: 'user.created' }).count(), 0);
    await page.getByLabel('Event type').fill('no.such.type');
    await page.getByLabel('Event type').press('Enter');
    await page.getByText('No delivery fits these filters').waitFor();
    await page.getByRole('button', { name: 'Clear' }).click();
    await page.getByRole('cell', { name: 'Succeeded' }).first().waitFor();
  });

  it('shows what comes while one looks', async () => {
    const { page } = person;
    await page.goto(at('/deliveries'));
    await page.getByRole('row').nth(2).waitFor();
    await scene.post('came.meanwhile');
    await page.getByRole('link', { name: 'came.meanwhile' }).waitFor();
  });

  it('is walked by keyboard, and finds by id', async () => {
    const { page } = person;
    await page.goto(at('/deliveries?state=exhausted'));
    await page.getByRole('row').nth(3).waitFor();
    for (const key of ['j', 'j', 'k', 'j']) await page.keyboard.press(key);
    await page.locator('[role=row].chosen').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Timeline' }).waitFor();
    await page.goBack();
    await page.getByRole('row').nth(3).waitFor();
    const id = await deliveryTo(scene.endpoints.good, 'succeeded');
    await page.keyboard.press('/');
    await page.keyboard.type(id);
    await page.keyboard.press('Enter');
    await page.waitForURL(new RegExp(id));
  });

  it('finds by whatever id a receiver or a producer quotes, on any page', async () => {
    const { page } = person;
    const id = await deliveryTo(scene.endpoints.gone, 'exhausted');
    const delivery = await scene.api<{ eventId: string; attempts: { id: string }[] }>(
      'GET',
      `/v1/tenants/${TENANT}/deliveries/${id}`,
    );
    const find = async (text: string) => {
      await page.goto(at('/events'));
      await page.getByRole('searchbox').fill(text);
      await page.getByRole('searchbox').press('Enter');
    };
    await find(`x-iadvize-delivery: ${delivery.attempts[1]?.id.toUpperCase()}`);
    await page.waitForURL(new RegExp(`/deliveries/${id}\\?attempt=`));
    await page.getByRole('heading', { name: 'Attempt 2' }).waitFor();
    await page.getByRole('searchbox').fill(delivery.attempts[0]?.id ?? '');
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('heading', { name: 'Attempt 1' }).waitFor();
    await find(`x-iadvize-correlationid: ${delivery.eventId}`);
    await page.waitForURL(new RegExp(`/deliveries\\?eventId=${delivery.eventId}`));
    await page.locator(`[href$="${id}"]`).waitFor();
    await find('0190163d-8694-739b-aea5-966c26f8ad91');
    await page.getByText('No delivery, call or event has this id').waitFor();
    await find('order 17');
    await page.getByText('No delivery, call or event has this id').waitFor();
    // Everybody's page finds it, too; of several things that begin so, one is chosen.
    await page.goto('/all');
    await page.keyboard.press('/');
    await page.getByRole('searchbox').fill(id.slice(0, 13));
    await page.getByRole('searchbox').press('Enter');
    await page.getByRole('list', { name: 'Found' }).getByRole('link').filter({ hasText: id }).click();
    await page.waitForURL(new RegExp(`/deliveries/${id}$`));
  });

  it('tells a late call from the one that counted, though both have the same number', async () => {
    const { page } = person;
    const id = await deliveryTo(scene.endpoints.good, 'succeeded');
    const late = '0190163d-8694-739b-aea5-966c26f8ad91';
    const path = `/v1/tenants/${TENANT}/deliveries/${id}`;
    const delivery = await scene.api<{ attempts: object[] }>('GET', path);
    const attempts = [{ ...delivery.attempts[0], id: late, late: true }, ...delivery.attempts];
    await page.route(`**${path}`, (route) => route.fulfill({ json: { ...delivery, attempts } }));
    const pressed = page.locator('.timeline').getByRole('button', { pressed: true });
    const lateNotice = page.getByText('Made by a process that had been taken for dead');
    await page.goto(at(`/deliveries/${id}?attempt=${late}`));
    await lateNotice.waitFor();
    assert.equal(await pressed.count(), 1);
    await page.getByRole('button', { name: '#1' }).nth(1).click();
    await lateNotice.waitFor({ state: 'detached' });
    assert.equal(await pressed.count(), 1);
    await page.getByRole('button', { name: '#1' }).nth(0).click();
    await lateNotice.waitFor();
    await page.unroute(`**${path}`);
  });

  it('narrows a list in time', async () => {
    const { page } = person;
    await page.goto(at('/deliveries'));
    await page.getByLabel('Time').selectOption('Last hour');
    await page.waitForURL(/since=/);
    await page.getByRole('row').nth(3).waitFor();
    await page.getByLabel('From').fill('2020-01-01T00:00');
    await page.getByLabel(/^to \(/).fill('2020-01-02T00:00');
    await page.waitForURL(/until=2020/);
    await page.getByText('No delivery fits these filters').waitFor();
    await page.getByLabel('Time').selectOption('Any time');
    await page.getByRole('row').nth(3).waitFor();
    assert.equal(new URL(page.url()).search, '');
  });

  it('tells why a delivery failed and what to do, call by call', async () => {
    const { page } = person;
    await page.goto(at(`/deliveries/${await deliveryTo(scene.endpoints.gone, 'exhausted')}`));
    await page.getByRole('heading', { name: 'Attempt 3' }).waitFor();
    await page.getByText('Start the receiver, or correct the port').waitFor();
    const timeline = page.getByRole('list', { name: 'Attempts and waits, in order' });
    assert.equal(await timeline.getByRole('button').count(), 3);
    assert.match((await timeline.textContent()) ?? '', /[1-9](\.\d)? s/);
    await timeline.getByRole('button', { name: '#1' }).click();
    await page.getByRole('heading', { name: 'Attempt 1' }).waitFor();
    await page.getByText('There was no response.').waitFor();
  });

  it('copies a call as a command with the signature that was sent', async () => {
    const { page } = person;
    await page.goto(at(`/deliveries/${await deliveryTo(scene.endpoints.good, 'succeeded')}`));
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const command = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(command, /^curl -X POST 'http:\/\/127\.0\.0\.1:\d+\/hooks\/crm' \\\n/);
    assert.match(command, /-H 'x-iadvize-signature: sha256=[0-9a-f]{64}' \\\n/);
    assert.match(command, /-H 'x-iadvize-delivery: [0-9a-f-]{36}' \\\n/);
  });

  it('shows what strangers sent as text, and nothing of it runs', async () => {
    const { page } = person;
    await page.goto(at(`/deliveries/${await deliveryTo(scene.endpoints.broken, 'exhausted')}`));
    const body = page.getByRole('region', { name: 'Response body' });
    assert.equal(await body.textContent(), `<h1>Oops</h1>${XSS}`);
    await page.getByText(`Shop ${XSS}`).first().waitFor();
    await page.getByText('x-note').waitFor();
    await page.goto(at('/endpoints'));
    await page.getByText(`Shop ${XSS}`).first().waitFor();
    await page.goto(at('/events'));
    await page.getByLabel('Type', { exact: true }).fill(XSS);
    await page.getByRole('button', { name: 'Send event' }).click();
    await page.getByRole('alert').waitFor();
    assert.equal(await page.locator('img[src="x"]').count(), 0);
    assert.deepEqual(person.complaints, []);
  });

  it('tries a delivery again once its receiver is repaired', async () => {
    const { page } = person;
    scene.repair();
    await page.goto(at(`/deliveries/${await deliveryTo(scene.endpoints.broken, 'exhausted')}`));
    await page.getByRole('button', { name: 'Retry now' }).click();
    await page.getByRole('heading', { name: 'Attempt 4' }).waitFor();
    await page.getByText('by hand').waitFor();
    await page.locator('.page-head').getByText('Succeeded').waitFor();
  });

  it('says what a retry set in motion, until that attempt is there', async () => {
    const { page } = person;
    const calls: Socket[] = [];
    await using receiver = await startReceiver({ onRequest: (socket) => calls.push(socket) });
    const { id: endpointId } = await scene.api<{ id: string }>('POST', `/v1/tenants/${TENANT}/endpoints`, {
      url: `http://127.0.0.1:${receiver.port}/`,
      eventTypes: ['taking.its.time'],
      scheduleMs: [3_600_000],
    });
    const called = async (times: number) => {
      await scene.until(`it is called ${times} times`, async () => calls.length === times);
      return (status: number) => calls.at(-1)?.write(response(status));
    };
    await scene.post('taking.its.time');
    (await called(1))(500);
    await scene.until(
      'it has failed',
      async () => (await scene.deliveries(`&endpointId=${endpointId}`))[0]?.attemptCount === 1,
    );
    await page.goto(at(`/deliveries/${await deliveryTo(endpointId, 'pending')}`));
    await page.getByRole('button', { name: 'Retry now' }).click();
    const answer = await called(2);
    const onItsWay = page.getByText('One more attempt is on its way.');
    await onItsWay.waitFor();
    await page.getByRole('button', { name: 'Retry now' }).click();
    const underWay = page.getByText('It was already waiting for its turn, or being attempted; that goes on.');
    await underWay.waitFor();
    answer(500);
    await page.getByRole('heading', { name: 'Attempt 2' }).waitFor();
    await underWay.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Retry now' }).click();
    const last = await called(3);
    await onItsWay.waitFor();
    last(200);
    await page.getByRole('heading', { name: 'Attempt 3' }).waitFor();
    await onItsWay.waitFor({ state: 'detached' });
  });

  it('switches an endpoint off and on, tests it, and shows its secret when asked', async () => {
    const { page } = person;
    await page.goto(at(`/endpoints/${scene.endpoints.good}`));
    await page.getByRole('button', { name: 'Disable' }).click();
    await page.getByText('Disabled: its deliveries are paused').waitFor();
    const { enabled } = await scene.api<{ enabled: boolean }>(
      'GET',
      `/v1/tenants/${TENANT}/endpoints/${scene.endpoints.good}`,
    );
    assert.equal(enabled, false);
    await page.getByRole('button', { name: 'Enable' }).click();
    await page.getByRole('button', { name: 'Disable' }).waitFor();
    await page.getByRole('button', { name: 'Send test event' }).click();
    await page.getByRole('heading', { name: 'Result of the test' }).waitFor();
    await page.locator('.verdict').getByText('Delivered').waitFor();
    const { secret } = await scene.api<{ secret: string }>(
      'GET',
      `/v1/tenants/${TENANT}/endpoints/${scene.endpoints.good}/secret`,
    );
    assert.equal(await page.getByText(secret).count(), 0);
    await page.getByRole('button', { name: 'Reveal' }).click();
    await page.getByText(secret).waitFor();
    await page.getByRole('button', { name: 'Hide' }).click();
    await page.getByText(secret).waitFor({ state: 'detached' });
  });

  it('groups the failures of an endpoint and changes its settings', async () => {
    const { page } = person;
    await page.goto(at(`/endpoints/${scene.endpoints.gone}`));
    await page.getByText('12 deliveries').waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Retries after, in seconds').fill('5 60');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('5 s, then 1 min').waitFor();
  });

  it('changes of an endpoint what somebody changed, and nothing else', async () => {
    const { page } = person;
    const path = `/v1/tenants/${TENANT}/endpoints/${scene.endpoints.picky}`;
    await scene.api('PATCH', path, { scheduleMs: [1_005] });
    await page.goto(at(`/endpoints/${scene.endpoints.picky}`));
    await page.getByRole('button', { name: 'Edit' }).click();
    const form = page.getByRole('form', { name: 'Settings' });
    await scene.api('PATCH', path, { scheduleMs: [7_000] });
    await page.getByLabel('Description').fill('Only orders of shops');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Only orders of shops' }).waitFor();
    await page.getByText('7 s', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.route(`**${path}`, (route) =>
      route.request().method() === 'PATCH' ? route.fulfill({ status: 500 }) : route.fallback(),
    );
    await page.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await page.unroute(`**${path}`);
  });

  it('says on the overview of a tenant for how long it keeps payloads, if that is its own number', async () => {
    const { page } = person;
    const tenant = `/v1/tenants/${TENANT}`;
    await scene.api('PUT', tenant, { retentionDays: 7 });
    await page.goto(at(''));
    await page.getByText('are erased after 7 days.').waitFor();
    await scene.api('PUT', tenant, { retentionDays: null });
    await page.reload();
    await page.getByText('are erased after').waitFor({ state: 'detached' });
  });

  it('asks what another receiver gets before it changes the URL to one', async () => {
    const { page } = person;
    const made = await scene.api('POST', `/v1/tenants/${TENANT}/endpoints`, {
      url: 'https://first.example/hook',
      description: 'Moving house',
      headers: { authorization: 'Bearer first' },
    });
    const path = `/v1/tenants/${TENANT}/endpoints/${Object(made).id}`;
    await page.goto(at(`/endpoints/${Object(made).id}`));
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Callback URL').fill('https://first.example/other');
    await page.getByText('belongs to another receiver').waitFor({ state: 'detached' });
    await page.getByLabel('Callback URL').fill('https://second.example/hook');
    await page.getByLabel('Keep the present secret').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('form', { name: 'Settings' }).waitFor({ state: 'detached' });
    const kept = await scene.api('GET', `${path}/secret`);
    assert.deepEqual(kept, { secret: Object(made).secret, headers: {} });
  });

  it('erases the secrets that an endpoint had earlier, and says how many there were', async () => {
    const { page } = person;
    const url = 'https://rotated.example/hook';
    const wanted = { url, eventTypes: ['never.sent'] };
    const made = await scene.api('POST', `/v1/tenants/${TENANT}/endpoints`, wanted);
    const path = `/v1/tenants/${TENANT}/endpoints/${Object(made).id}`;
    await page.goto(at(`/endpoints/${Object(made).id}`));
    await page.getByText('Signing secret').waitFor();
    assert.equal(await page.getByText('Earlier secrets').count(), 0);
    await scene.api('PATCH', path, { secret: 'another secret of good length' });
    await page.reload();
    await page.getByRole('button', { name: 'Erase' }).click();
    await page.getByText('One is gone').waitFor();
  });

  it('sends an event as it was typed, and says who got it and why others did not', async () => {
    const { page } = person;
    await page.goto(at('/events'));
    await page.getByLabel('Type', { exact: true }).fill('order.paid');
    await page.getByLabel('Payload').fill('{"amount": 300.20}');
    await page.getByRole('button', { name: 'Send event' }).click();
    await page.getByText('Wants order.*').waitFor();
    await page.getByText('Wants only user.*').waitFor();
    await scene.until('it has arrived with its digits', async () =>
      scene.good.requests.some(({ body }) => body.includes('"amount":300.20')),
    );
    await page.getByText('Accepted as').getByRole('link').click();
    await page.getByRole('heading', { name: 'Not sent to' }).waitFor();
    await page.getByText('Wants only v2.conversation.*').waitFor();
  });

  it('goes to another tenant, and says when there is nothing', async () => {
    const { page } = person;
    await page.goto(at('/deliveries'));
    await person.choose('Tenant', 'bet', 'Beta GmbH (beta)');
    await page.waitForURL('**/t/beta/deliveries');
    await page.getByText('No deliveries yet').waitFor();
    await page.goto('/t/nobody/deliveries');
    await page.getByText('There is no tenant nobody').waitFor();
  });

  it('scrolls through a list of any length with few rows in the page', async () => {
    const { page } = person;
    const events = Array.from({ length: 600 }, (_, n) => ({ type: `bulk.e${n}`, payload: {} }));
    await scene.api('POST', `/v1/tenants/${TENANT}/events/batch`, { events });
    await page.goto(at('/deliveries'));
    await page
      .getByRole('link', { name: /^bulk\.e/ })
      .first()
      .waitFor();
    await scene.until('the end of the list is reached', async () => {
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      return (await page.getByText('That is all.').count()) > 0;
    });
    assert.ok((await page.getByRole('row').count()) < 80);
  });

  it('says when the server is away, and goes on by itself when it is back', async () => {
    const { page } = person;
    await page.route('**/v1/**', (route) => route.abort());
    await page.goto(at('/deliveries'));
    await page.getByRole('alert').getByText('Posthorn does not answer').waitFor();
    await page.unroute('**/v1/**');
    await page.getByRole('row').nth(2).waitFor();
  });

  it('asks to sign in again when the session has ended', async () => {
    await using other = await Person.arrive(browser, scene.url);
    await other.signIn(KEY, at('/deliveries'));
    await other.page.getByRole('row').nth(2).waitFor();
    await other.page.context().clearCookies();
    await other.page.getByLabel('API key').waitFor();
    await other.signIn(KEY, at('/deliveries'));
    await other.page.getByRole('row').nth(2).waitFor();
  });

  it('signs out for good', async () => {
    const { page } = person;
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('API key').waitFor();
    await page.goto(at('/deliveries'));
    await page.getByLabel('API key').waitFor();
  });

  it('had nothing to complain of in all of this', () => {
    assert.deepEqual(person.complaints, []);
  });
});
