// Barriers that axe knows, looked for in a page as it is.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Person } from './browser.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The faults of a page, in words; nothing when nobody is hindered. */
export async function violations({ page }: Person): Promise<string[]> {
  // Evaluated by the test, not loaded by the page: the policy of the page stays as it is.
  await page.evaluate(AXE);
  const results = await page.evaluate(async () => {
    // The script above put it there.
    const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
    return await axe.run();
  });
  return results.violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`,
  );
}
