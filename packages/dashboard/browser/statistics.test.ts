// Numbers over time, as somebody reads them: by eye, by pointing, by keyboard, and as a table.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { ownFolder } from '../../posthorn/tests/cli/command.ts';
import { Person, startBrowser } from './browser.ts';
import { fill, KEY, openScene, type Scene, TENANT } from './scene.ts';

const root = ownFolder();

describe('the numbers of the dashboard', () => {
  let scene: Scene;
  let browser: Browser;
  let person: Person;
  const overview = `/t/${TENANT}`;
  before(async () => {
    scene = await openScene(root);
    browser = await startBrowser();
    await fill(scene);
    person = await Person.arrive(browser, scene.url);
    await person.signIn(KEY, overview);
  });
  after(async () => {
    await browser?.close();
    await scene?.[Symbol.asyncDispose]();
  });
  const figure = (name: string) => person.page.locator('figure').filter({ hasText: name });

  it('are those of what happened', async () => {
    // 30 events: 30 calls of the good one, 18 times 3 of the broken one, 12 times 3 of the closed port, 6 of the slow one.
    const attempts = figure('Attempts');
    await attempts.getByText('126', { exact: true }).waitFor();
    await attempts.getByText('Events accepted 30').waitFor();
    assert.equal(await figure('Success rate').locator('.chart-value').textContent(), '50 %');
    await person.page.getByRole('region', { name: 'Pending' }).getByRole('link', { name: '6' }).waitFor();
    const why = person.page.getByRole('region', { name: 'Why attempts failed' });
    for (const line of ['HTTP 50054', 'Connection refused36', 'Reply timed out6']) {
      await why.getByRole('listitem').filter({ hasText: line }).waitFor();
    }
  });

  it('name the endpoints in trouble, the worst first, and lead to what failed', async () => {
    const { page } = person;
    const table = page.getByRole('region', { name: 'Endpoints in trouble, worst first' });
    const rows = table.getByRole('row');
    await rows.nth(3).waitFor();
    assert.match((await rows.nth(1).textContent()) ?? '', /^Shop .*100 %54 of 5418/);
    assert.match((await rows.nth(2).textContent()) ?? '', /^Old data warehouse.*36 of 3612/);
    await rows.nth(1).getByRole('link', { name: '18' }).click();
    await page.waitForURL(/\/deliveries\?state=exhausted&endpointId=[0-9a-f-]{36}&since=/);
    await page.getByRole('cell', { name: 'Exhausted' }).nth(17).waitFor();
  });

  it('lead from each cause of failures to its deliveries', async () => {
    const { page } = person;
    for (const [cause, filter, count] of [
      ['HTTP 500', 'status=500', 18],
      ['Connection refused', 'outcome=connect_refused', 12],
    ] as const) {
      await page.goto(overview);
      await page.getByRole('region', { name: 'Why attempts failed' }).getByRole('link', { name: cause }).click();
      await page.waitForURL(`**/deliveries?${filter}`);
      const rows = page.getByRole('row').filter({ hasText: cause });
      await rows.nth(count - 1).waitFor();
      assert.equal(await rows.count(), count);
    }
    await page.goto(`/t/${TENANT}/endpoints/${scene.endpoints.broken}`);
    await page.getByRole('link', { name: 'HTTP 500' }).click();
    await page.waitForURL(`**/deliveries?status=500&endpointId=${scene.endpoints.broken}`);
  });

  it('are walked step by step by keyboard, and lead to the deliveries of a step', async () => {
    const { page } = person;
    await page.goto(overview);
    const slider = page.getByRole('slider', { name: 'Attempts, step by step' });
    await slider.focus();
    const said = () => slider.getAttribute('aria-valuetext');
    const steps = Number(await slider.getAttribute('aria-valuemax')) + 1;
    assert.equal(steps, 60);
    await page.keyboard.press('Home');
    assert.match((await said()) ?? '', /: Failed 0, Succeeded 0, Accepted 0$/);
    await page.keyboard.press('End');
    // The attempts may lie in the last minute or the one before it.
    for (let back = 0; back < steps && !/Accepted [1-9]/.test((await said()) ?? ''); back++) {
      await page.keyboard.press('ArrowLeft');
    }
    assert.match((await said()) ?? '', /: Failed \d+, Succeeded \d+, Accepted [1-9]\d*$/);
    assert.equal(
      await page.getByRole('slider', { name: 'Success rate' }).getAttribute('aria-valuenow'),
      await slider.getAttribute('aria-valuenow'),
      'all charts are pointed at together',
    );
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/deliveries\?since=.*&until=/);
    await page.getByRole('cell', { name: 'Succeeded' }).first().waitFor();
  });

  it('are said of the step that one points at', async () => {
    const { page } = person;
    await page.goto(overview);
    const attempts = figure('Attempts');
    await attempts.getByText('126', { exact: true }).waitFor();
    const box = await attempts.getByRole('slider').boundingBox();
    assert.ok(box !== null);
    await page.mouse.move(box.x + 3, box.y + 20);
    await attempts.getByText('Events accepted 0').waitFor();
    await page.mouse.move(box.x + 3, box.y - 100);
    await attempts.getByText('Events accepted 30').waitFor();
  });

  it('are a table for whoever wants one', async () => {
    const { page } = person;
    await page.goto(overview);
    await page.getByText('These numbers as a table').click();
    const rows = page.locator('.step-table').getByRole('row');
    await rows.nth(60).waitFor();
    const cells = await rows.locator('td:nth-child(2)').allTextContents();
    assert.equal(
      cells.reduce((sum, text) => sum + Number(text), 0),
      30,
    );
  });

  it('are those of a day or a month when asked, in the address', async () => {
    const { page } = person;
    await page.goto(overview);
    for (const [name, steps] of [
      ['Day', 24],
      ['Month', 30],
    ] as const) {
      await page.getByRole('radio', { name }).check({ force: true });
      await page.waitForURL(new RegExp(`span=${name.toLowerCase()}$`));
      await page
        .locator(`[aria-valuemax="${steps - 1}"]`)
        .first()
        .waitFor();
    }
    await page.reload();
    await page.locator('[aria-valuemax="29"]').first().waitFor();
    await figure('Attempts').getByText('Events accepted 30').waitFor();
  });

  it('are those of everybody, too', async () => {
    const { page } = person;
    await page.goto(overview);
    await person.choose('Tenant', '', 'All tenants');
    await page.waitForURL('**/all');
    await page.getByRole('heading', { name: 'All tenants' }).waitFor();
    await figure('Attempts').getByText('Events accepted 30').waitFor();
    await page.getByRole('cell', { name: TENANT, exact: true }).first().getByRole('link').click();
    await page.waitForURL(`**${overview}`);
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
  });

  it('of an endpoint are its own', async () => {
    const { page } = person;
    await page.goto(`/t/${TENANT}/endpoints/${scene.endpoints.gone}`);
    await figure('Attempts').getByText('Failed 36').waitFor();
    assert.equal(await figure('Success rate').locator('.chart-value').textContent(), '0 %');
    await page.goto(`/t/${TENANT}/endpoints`);
    await page.getByRole('row').filter({ hasText: 'Old data warehouse' }).getByText('12 exhausted').waitFor();
    await page.getByRole('row').filter({ hasText: 'CRM production' }).getByText('no trouble').waitFor();
  });

  it('say nothing good of an endpoint because it is not among the worst, when there may be more', async () => {
    const { page } = person;
    const statistics = await scene.api<{ worst: object[] }>('GET', `/v1/stats?tenant=${TENANT}&span=day`);
    const worst = Array.from({ length: 20 }, (_, index) => ({ ...statistics.worst[0], endpointId: `worse-${index}` }));
    await page.route('**/v1/stats?*', (route) => route.fulfill({ json: { ...statistics, worst } }));
    await page.goto(`/t/${TENANT}/endpoints`);
    const failing = page.getByRole('row').filter({ hasText: 'Old data warehouse' });
    await failing.getByText('not among the 20 worst').waitFor();
    assert.equal(await page.getByText('no trouble').count(), 0);
    await page.unroute('**/v1/stats?*');
  });

  it('grow while one looks', async () => {
    const { page } = person;
    await page.goto(overview);
    await figure('Attempts').getByText('Events accepted 30').waitFor();
    await scene.post('came.meanwhile');
    await figure('Attempts').getByText('Events accepted 31').waitFor();
    assert.deepEqual(person.complaints, []);
  });
});
