// Sending again what did not arrive: counted before, watched while it goes on, and stopped.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { ownFolder } from '../../posthorn/tests/cli/command.ts';
import { Person, startBrowser } from './browser.ts';
import { fill, KEY, openScene, type Scene, TENANT } from './scene.ts';

const root = ownFolder();

describe('replays in the dashboard', () => {
  let scene: Scene;
  let browser: Browser;
  let person: Person;
  const at = (path: string) => `/t/${TENANT}${path}`;
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
  const dialog = () => person.page.getByRole('dialog', { name: 'Replay deliveries' });

  it('are counted before anything is done, and nothing is done if nobody says so', async () => {
    const { page } = person;
    await page.goto(at(`/endpoints/${scene.endpoints.broken}`));
    await page.getByRole('button', { name: 'Replay…' }).click();
    await dialog().getByText('18 deliveries', { exact: true }).waitFor();
    await dialog().getByLabel('Event types').fill('user.created');
    await dialog().getByText('6 deliveries', { exact: true }).waitFor();
    await dialog().getByLabel('Exhausted').uncheck();
    await dialog().getByText('Choose at least one state.').waitFor();
    assert.ok(await dialog().getByRole('button', { name: 'Replay', exact: true }).isDisabled());
    await dialog().getByLabel('Cancelled').check();
    await dialog().getByText('There are no such deliveries.').waitFor();
    await dialog().getByLabel('Event types').fill('not a type!');
    await dialog().getByRole('alert').waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await page.goto(at('/replays'));
    await page.getByText('No replays yet').waitFor();
  });

  it('go on, show how far they are, and end when they are cancelled', async () => {
    const { page } = person;
    await page.goto(at(`/endpoints/${scene.endpoints.gone}`));
    await page.getByRole('button', { name: 'Replay…' }).click();
    await dialog().getByLabel('Attempts per second, at most').fill('1');
    await dialog().getByRole('button', { name: 'Replay 12 deliveries' }).click();
    await page.waitForURL(/\/replays\/[0-9a-f-]{36}$/);
    await page.getByText('Exhausted deliveries to Old data warehouse').waitFor();
    const progress = page.getByRole('progressbar');
    await scene.until('some have gone', async () => Number(await progress.getAttribute('aria-valuenow')) > 0);
    await page.goto(at(`/endpoints/${scene.endpoints.gone}`));
    await page.getByRole('link', { name: 'A replay is running' }).click();
    await page.getByRole('button', { name: 'Cancel replay' }).click();
    await page.locator('.page-head').getByText('Cancelled').waitFor();
    assert.equal(await page.getByRole('button', { name: 'Cancel replay' }).count(), 0);
    assert.ok(Number(await progress.getAttribute('aria-valuenow')) < 100);
  });

  it('deliver what a list shows once its receiver is repaired', async () => {
    const { page } = person;
    scene.repair();
    await page.goto(at('/deliveries?state=exhausted'));
    await person.choose('Endpoint', 'shop', /^Shop /);
    await page.waitForURL(/endpointId=/);
    await page.getByRole('cell', { name: 'Exhausted' }).nth(17).waitFor();
    await page.getByRole('button', { name: 'Replay…' }).click();
    await dialog().getByRole('button', { name: 'Replay 18 deliveries' }).click();
    await page.locator('.page-head').getByText('Completed').waitFor();
    await page.getByText('100 %').waitFor();
    await scene.until('all have arrived', async () => {
      const arrived = await scene.deliveries(`&endpointId=${scene.endpoints.broken}&state=succeeded`);
      return arrived.length === 18;
    });
    await page.getByRole('link', { name: 'Replays' }).first().click();
    const rows = page.getByRole('row');
    await rows.nth(1).getByText('18 of 18').waitFor();
    await rows.nth(2).getByText('Cancelled').waitFor();
  });

  it('are not offered of what is pending, or of a single event', async () => {
    const { page } = person;
    await page.goto(at('/deliveries?state=pending'));
    assert.ok(await page.getByRole('button', { name: 'Replay…' }).isDisabled());
    await page.goto(at('/deliveries?eventId=0190163d-8694-739b-aea5-966c26f8ad91'));
    assert.ok(await page.getByRole('button', { name: 'Replay…' }).isDisabled());
    assert.deepEqual(person.complaints, []);
  });
});
