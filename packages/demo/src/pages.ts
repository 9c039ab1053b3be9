// The demo's first page, who plays, and its last, what was promised against what happened.
import { columns } from '../../posthorn/src/apps/terminal/columns.ts';
import { inert } from '../../posthorn/src/apps/terminal/inert.ts';
import type { Paint } from '../../posthorn/src/apps/terminal/paint.ts';
import { VERSION } from '../../posthorn/src/apps/version.ts';
import { ENDPOINTS } from './endpoints.ts';
import type { Installation } from './installation.ts';
import type { Verdict } from './promises.ts';

export function openingLines(
  { service, receiver }: Pick<Installation, 'service' | 'receiver'>,
  paint: Paint,
): string[] {
  const head = ['endpoint', 'customer', 'wants', 'its receiver'].map((title) => paint('gray', title));
  const rows = ENDPOINTS.map(({ name, tenant, eventTypes, description }) => [
    paint('bold', name),
    tenant,
    eventTypes === null ? 'everything' : eventTypes.join(', '),
    description,
  ]);
  return [
    `${paint('bold', `Posthorn ${VERSION}`)}: process ${service.pid}, SQLite in a temporary folder, receivers at ${receiver.url}`,
    'Events of iAdvize, its schedule: a failed call is made again after 10 s, then after 20 s. Takes about 40 s.',
    '',
    ...columns([head, ...rows]).map((line) => `  ${line}`),
    '',
  ];
}

export function summaryLines(verdicts: readonly Verdict[], elapsedMs: number, paint: Paint): string[] {
  const head = ['', paint('gray', 'promised'), paint('gray', 'happened')];
  const rows = verdicts.map(({ kept, promise, measured }) => [
    kept ? paint('green', '✓') : paint('red', '✗'),
    promise,
    kept ? measured : paint('red', inert(measured)),
  ]);
  const broken = verdicts.filter(({ kept }) => !kept).length;
  const seconds = (elapsedMs / 1_000).toFixed(1);
  const result =
    broken === 0
      ? paint('green', `All ${verdicts.length} promises kept`)
      : paint('red', `${broken} of ${verdicts.length} promises broken`);
  return ['', ...columns([head, ...rows]), '', `${result}, ${seconds} s.`];
}
