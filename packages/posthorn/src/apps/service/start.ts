// A running Posthorn, put together from its settings: store, keys, clock, sender, engine, API, in the order in which each
// needs the one before, and taken apart in reverse.
import { bootId, monotonicMs, systemClock } from '../../adapters/clock.ts';
import { systemRandom } from '../../adapters/random.ts';
import { createSender } from '../../adapters/sender/index.ts';
import { collectStartupGarbage } from '../../adapters/startup-garbage.ts';
import { tracedSender } from '../../adapters/traced-sender.ts';
import { MIN_SECRET_BYTES } from '../../domain/secret.ts';
import { steady } from '../../domain/time.ts';
import { Engine } from '../../engine/engine.ts';
import type { Clock } from '../../seams/clock.ts';
import type { Store } from '../../seams/store/index.ts';
import { createApi } from '../api/server.ts';
import { DASHBOARD_FOLDER, readPages } from '../dashboard/pages.ts';
import type { Log } from '../logging/log.ts';
import { levelOf, logLine } from '../logging/report-lines.ts';
import { measuredStore } from '../metrics/measured-store.ts';
import { Metrics } from '../metrics/metrics.ts';
import { callbackUrlRules } from '../settings/callback-urls.ts';
import { headerNames } from '../settings/header-names.ts';
import { publicUrlParts } from '../settings/public-url.ts';
import type { Settings } from '../settings/table.ts';
import { LiveStream } from '../stream/live.ts';
import { VERSION } from '../version.ts';
import { openApiKey } from './api-key.ts';
import { openEncryptionKey } from './encryption-key.ts';
import { trustedBesides } from './extra-ca.ts';
import { allowedHosts, listen } from './listen.ts';
import { openStore } from './open-store.ts';

/**
 * Requests that are being answered may take this long before the calls under way are looked after, and this long again
 * after those have ended, in milliseconds.
 */
const DRAIN_MS = 1_000;

export interface Service {
  /** Where the API listens, e.g. `http://127.0.0.1:4400`. */
  readonly url: string;
  /** Stops taking requests, gives calls under way `graceMs` milliseconds to end, and closes everything. */
  stop(graceMs: number): Promise<void>;
}

/**
 * Starts everything. If a later part does not start, the earlier ones are closed again.
 * @param onDeath called when the store dies under the running service: nothing can be saved then
 * @param onApiKey gets the API key if this start makes one, whether or not the service starts: it is kept nowhere
 * @throws SettingsError, StoreRefused, StoreUnavailable, ListenError: each a sentence for the person who starts it
 */
export async function startService(
  settings: Settings,
  log: Log,
  onDeath: (error: Error) => void,
  onApiKey: (key: string) => void,
): Promise<Service> {
  const extraCa = trustedBesides(settings.extraCa);
  const store = await openStore(settings, extraCa, onDeath);
  try {
    return await startServiceOn(store, settings, extraCa, log, onApiKey);
  } catch (error) {
    await store.close();
    throw error;
  }
}

/**
 * Starts everything but the store, which is the caller's to close when this throws.
 * @param extraCa PEM texts of authorities to trust
 * @param onApiKey as for `startService`
 */
export async function startServiceOn(
  store: Store,
  settings: Settings,
  extraCa: readonly string[],
  log: Log,
  onApiKey: (key: string) => void = () => {},
): Promise<Service> {
  const random = systemRandom();
  const folder = settings.databaseUrl === undefined ? settings.data : undefined;
  const encryptionKey = await openEncryptionKey({ given: settings.encryptionKey, folder, store, random });
  const apiKey = await openApiKey(settings.apiKey, store, random);
  // At once: its hash is stored now, so no later start makes another one, even if this one fails at a port in use.
  if (apiKey.made !== undefined) onApiKey(apiKey.made);
  const clock = await steadyClock(store);
  const callbackUrls = callbackUrlRules(settings);
  const sender = createSender({ ...callbackUrls, extraCa });
  const { endpointConcurrency, retentionDays } = settings;
  const names = headerNames(settings);
  const senderProfile = { names, userAgent: settings.userAgent ?? `Posthorn/${VERSION}` };
  const metrics = new Metrics({ load: () => engine.load, store, clock, version: VERSION, withProcess: true });
  const stream = new LiveStream(clock, random);
  const engine = new Engine({
    store: measuredStore(store, clock, (call, size, tookMs) => metrics.noteStoreCall(call, size, tookMs)),
    sender: tracedSender(sender, settings.traceCalls),
    clock,
    random,
    settings: { endpointConcurrency, retentionDays, senderProfile, encryptionKey },
    report: (report) => {
      metrics.note(report);
      stream.tell(report);
      const level = levelOf(report);
      if (!log.writes(level)) return;
      const { text, fields } = logLine(report, clock.now());
      log.write(level, text, fields);
    },
  });
  const publicUrl = settings.publicUrl === undefined ? undefined : publicUrlParts(settings.publicUrl);
  const pages = readPages(DASHBOARD_FOLDER);
  if (pages === undefined) log.write('warn', 'the dashboard is not part of this build');
  const api = createApi({
    engine,
    store,
    sessionStore: store,
    metrics,
    stream,
    clock,
    random,
    callbackUrls,
    headerNames: names,
    minSecretBytes: settings.allowShortSecrets ? 1 : MIN_SECRET_BYTES,
    apiKeyHashes: [apiKey.hash],
    allowedHosts: allowedHosts(settings.host, publicUrl),
    publicUrl,
    version: VERSION,
    pages,
    log,
  });
  try {
    await engine.prepare();
    const url = await listen(api, settings);
    await engine.start();
    collectStartupGarbage();
    return {
      url,
      async stop(graceMs) {
        const closed = api.close();
        await atMost(DRAIN_MS, closed, clock);
        await engine.stop(graceMs);
        await sender.close();
        // Closing does not wait for clients that have connected and say nothing, or drip.
        await atMost(DRAIN_MS, closed, clock);
        api.server.closeAllConnections();
        await closed;
        await store.close();
      },
    };
  } catch (error) {
    await Promise.all([api.close(), sender.close()]);
    throw error;
  }
}

/** The machine's clock as the store knows it: the same before and after a restart. */
async function steadyClock(store: Store): Promise<Clock> {
  const boot = { id: bootId(), monotonicMs: monotonicMs(), wallMs: Date.now() };
  return systemClock(await store.clockOffset(boot));
}

/** Waits for `work`, but no longer than `ms` milliseconds. */
async function atMost(ms: number, work: Promise<unknown>, clock: Clock): Promise<void> {
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const cancel = clock.timer(steady(clock.now() + ms), resolve);
  await Promise.race([work, over]);
  cancel();
}
