// How pages stay current: the one place that knows it is by asking again. Queries pause by themselves while the tab is
// hidden; when there is a stream of news, it takes the place of these intervals here.

/** Lists and whatever moves on its own. */
export const LIST_INTERVAL_MS = 2_000;
/** What changes by hand only. */
export const SETTINGS_INTERVAL_MS = 15_000;
/** After an error: long enough to leave a struggling server alone. */
const AFTER_ERROR_MS = 5_000;

interface Asked {
  readonly state: { readonly status: 'pending' | 'error' | 'success' };
}

/** For `refetchInterval`: asks again every `ms`, more rarely while it fails. */
export const every =
  (ms: number) =>
  ({ state }: Asked): number =>
    state.status === 'error' ? Math.max(ms, AFTER_ERROR_MS) : ms;
