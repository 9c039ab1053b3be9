// Reads single figures from a service's /metrics.
import { request } from 'undici';

/**
 * The value of one series, e.g. `posthorn_attempts_total{outcome="succeeded"}`.
 * @throws when the service does not show it
 */
export async function metric(url: string, series: string): Promise<number> {
  const answer = await request(new URL('/metrics', url));
  const text = await answer.body.text();
  const line = text.split('\n').find((one) => one.startsWith(`${series} `));
  if (line === undefined) throw new Error(`the service does not measure ${series}`);
  return Number(line.slice(series.length));
}
