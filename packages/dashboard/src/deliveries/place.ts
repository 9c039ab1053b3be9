// Where somebody was in a list as they left it for one of its rows: kept with the browser's history, so that going back
// leads there and anything else to the head.

const NAME = 'posthorn-scroll-y';

/** Keeps how far down the list the window is. */
export function keepPlace(): void {
  history.replaceState({ ...history.state, [NAME]: scrollY }, '');
}

/** How far down it was when this address was left; `undefined` when nobody was here. */
export function keptPlace(): number | undefined {
  const kept: unknown = history.state?.[NAME];
  return typeof kept === 'number' ? kept : undefined;
}
