// The dashboard below a path, through the real nginx with the block of docs/deploy.md: nothing is asked for outside that path.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Browser } from 'playwright-core';
import { ownFolder, type Running, serve } from '../../posthorn/tests/cli/command.ts';
import { installed } from '../../posthorn/tests/support/installed.ts';
import { documentedBlock, proxyPort, type RunningProxy, startProxy } from '../../posthorn/tests/support/proxies.ts';
import { Person, startBrowser } from './browser.ts';

const KEY = 'a-key-for-the-dashboard-below-a-path';
const PATH = '/webhooks';
const nginx = installed('nginx');
const root = ownFolder();

/** In a process of its own: here the types of browsers are in force, which know other keys than Node's. */
function issueCertificate(): { certPem: string; keyPem: string } {
  const module = new URL('../../posthorn/src/apps/receiver/certificates.ts', import.meta.url).href;
  const program = `
    const { createAuthority } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(await (await createAuthority()).issue(['localhost'])));`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

for (const how of ['leaves on', 'takes away'] as const) {
  describe(`the dashboard below a path that the proxy ${how}`, { skip: nginx === undefined }, () => {
    let service: Running;
    let proxy: RunningProxy;
    let browser: Browser;
    let url: string;
    before(async () => {
      const port = await proxyPort();
      url = `https://localhost:${port}${PATH}`;
      const cwd = join(root, how);
      mkdirSync(cwd);
      const served = await serve(cwd, { POSTHORN_API_KEY: KEY, POSTHORN_PUBLIC_URL: url });
      service = served.service;
      const block = documentedBlock('nginx', 'https://example.com/webhooks');
      proxy = await startProxy({
        program: nginx ?? '',
        kind: 'nginx',
        block: how === 'leaves on' ? block : block.replace('127.0.0.1:4400;', '127.0.0.1:4400/;'),
        certificate: issueCertificate(),
        upstream: new URL(served.url).host,
        port,
      });
      const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
      const made = await fetch(`${served.url}/v1/tenants/acme`, {
        method: 'PUT',
        headers,
        body: '{"name":"Acme Ltd"}',
      });
      assert.equal(made.status, 201);
      browser = await startBrowser();
    });
    after(async () => {
      await browser?.close();
      await proxy?.stop();
      await service?.stop();
    });

    it('signs in, goes from page to page, is live, finds its way back from any address, and signs out', async () => {
      await using person = await Person.arrive(browser, url, { trustsAll: true });
      const { page } = person;
      await person.signIn(KEY, `${url}/`);
      await page.waitForURL(`${url}/t/acme`);
      await person.screenshot(`sub-path-overview-${how.replace(' ', '-')}`);
      await page.getByRole('link', { name: 'Events' }).click();
      await page.waitForURL(`${url}/t/acme/events`);
      await page.getByText('Latest events').waitFor();
      const posted = await page.evaluate(async (path) => {
        const headers = { 'content-type': 'application/json' };
        const body = JSON.stringify({ type: 'order.paid', payload: {} });
        return (await fetch(`${path}/v1/tenants/acme/events`, { method: 'POST', headers, body })).status;
      }, PATH);
      assert.equal(posted, 202);
      await page.getByRole('link', { name: 'order.paid' }).click();
      await page.waitForURL(new RegExp(`^${url}/t/acme/events/[0-9a-f-]+$`));
      await page.reload();
      await page.getByRole('heading', { name: 'order.paid' }).waitFor();
      await page.goto(`${url}/t/acme/deliveries`);
      await page.getByText('No deliveries yet').waitFor();
      await person.screenshot(`sub-path-deliveries-${how.replace(' ', '-')}`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('API key').waitFor();
      await page.getByRole('link', { name: 'the API reference' }).click();
      await page.waitForURL(`${url}/docs`);
      await page.getByText('/v1/tenants', { exact: true }).first().waitFor();
      await person.screenshot(`sub-path-docs-${how.replace(' ', '-')}`, false);
      assert.deepEqual(person.complaints, []);
      // Outside of it by its slash.
      await page.goto(url);
      await page.waitForURL(`${url}/`);
      await page.getByLabel('API key').waitFor();
    });
  });
}
