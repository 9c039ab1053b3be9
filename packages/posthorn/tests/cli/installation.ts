// A real service with real receivers, for the commands that ask a running Posthorn.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, Running, type RunOptions, run, serve } from './command.ts';

const KEY = 'a-key-for-the-tests-of-the-command';
const SECRET = 'a secret for the tests of the command';

export class Installation {
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly receiver: Running;
  /** Where the receiver listens. */
  readonly receiverUrl: string;
  readonly url: string;
  service: Running;
  readonly #settings: Readonly<Record<string, string>>;

  private constructor(
    root: string,
    receiver: { readonly running: Running; readonly url: string },
    served: { readonly service: Running; readonly url: string },
    settings: Readonly<Record<string, string>>,
  ) {
    this.root = root;
    this.receiver = receiver.running;
    this.receiverUrl = receiver.url;
    this.service = served.service;
    this.url = served.url;
    this.environment = { POSTHORN_API_KEY: KEY, POSTHORN_URL: served.url };
    this.#settings = settings;
  }

  /** @param listening how the receiver behaves, as flags of `posthorn listen` */
  static async start(root: string, ...listening: string[]): Promise<Installation> {
    const cwd = join(root, 'receiver');
    mkdirSync(cwd);
    const running = new Running(['listen', '--port', '0', '--json', '--secret', SECRET, ...listening], { cwd });
    const [line] = await running.output(/^\{"listening".*$/m);
    const { listening: url, caFile }: { listening: string; caFile: string } = JSON.parse(line);
    const settings = {
      POSTHORN_API_KEY: KEY,
      POSTHORN_ALLOW_NETWORKS: '127.0.0.0/8',
      POSTHORN_EXTRA_CA: caFile,
    };
    return new Installation(root, { running, url }, await serve(root, settings), settings);
  }

  /** Starts the service again, where it was. */
  async serveAgain(): Promise<void> {
    const port = new URL(this.url).port;
    this.service = new Running(['serve', '--port', port], { cwd: this.root, environment: this.#settings });
    await this.service.listening();
  }

  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
    const answer = await fetch(this.url + path, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    assert.ok(answer.ok, await answer.clone().text());
    return await answer.json();
  }

  /** A new endpoint at a path of the receiver. @returns its id */
  async endpoint(tenant: string, path: string, settings: object = {}): Promise<string> {
    const url = this.receiverUrl + path;
    const made = await this.api('POST', `/v1/tenants/${tenant}/endpoints`, { url, secret: SECRET, ...settings });
    return String(Object(made).id);
  }

  /** A new event. @returns the ids of its deliveries */
  async event(tenant: string, type: string, payload: object = {}): Promise<{ id: string; deliveries: string[] }> {
    const { id, deliveries } = Object(await this.api('POST', `/v1/tenants/${tenant}/events`, { type, payload }));
    return { id, deliveries: deliveries.map((each: { id: string }) => each.id) };
  }

  /** Runs a command against the service to its end. */
  run(parameters: readonly string[], options: Partial<RunOptions> = {}): Promise<Ended> {
    return run(parameters, {
      cwd: this.root,
      ...options,
      environment: { ...this.environment, ...options.environment },
    });
  }

  /** Starts a command against the service. */
  begin(parameters: readonly string[]): Running {
    return new Running(parameters, { cwd: this.root, environment: this.environment });
  }
}
