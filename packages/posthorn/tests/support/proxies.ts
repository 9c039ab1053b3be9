// The real nginx and the real Caddy before a service, with the blocks of docs/deploy.md: only names of files, ports and where
// the service is are put in.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.ts';

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 20;

export type ProxyKind = 'nginx' | 'caddy';

export interface RunningProxy {
  /** Where it listens on 127.0.0.1, with TLS. */
  readonly port: number;
  stop(): Promise<void>;
}

interface ProxyOptions {
  /** Where the program is. */
  readonly program: string;
  readonly kind: ProxyKind;
  /** A block as the page shows it. */
  readonly block: string;
  readonly certificate: { readonly certPem: string; readonly keyPem: string };
  /** Where the service listens, e.g. `127.0.0.1:4400`. */
  readonly upstream: string;
  readonly port: number;
}

/** The block that docs/deploy.md shows for a proxy at an address. */
export function documentedBlock(kind: ProxyKind, address: string): string {
  const page = readFileSync(new URL('../../../../docs/deploy.md', import.meta.url), 'utf8');
  const start = page.indexOf(`<!-- test: ${kind} at ${address} -->`);
  const [, block] = /```\w+\n(.*?)```/s.exec(page.slice(start)) ?? [];
  if (start < 0 || block === undefined) throw new Error(`docs/deploy.md has no block for ${kind} at ${address}`);
  return block;
}

export async function startProxy(options: ProxyOptions): Promise<RunningProxy> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-proxy-'));
  const { certPem, keyPem } = options.certificate;
  writeFileSync(join(folder, 'cert.pem'), certPem);
  writeFileSync(join(folder, 'key.pem'), keyPem);
  const [file, text, parameters] = options.kind === 'nginx' ? nginx(options, folder) : caddy(options, folder);
  writeFileSync(join(folder, file), text);
  const child = spawn(options.program, parameters, {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    said += part;
  });
  const stop = () => end(child, folder);
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(options.port))) {
    if (child.exitCode !== null || performance.now() > deadline) {
      await stop();
      throw new Error(`${options.kind} did not start: ${said.slice(-2_000)}`);
    }
    await delay(POLL_MS);
  }
  return { port: options.port, stop };
}

/** A port for a proxy to come. */
export const proxyPort = freePort;

type Configuration = readonly [file: string, text: string, parameters: string[]];

function nginx({ block, upstream, port }: ProxyOptions, folder: string): Configuration {
  const server = replaced(block, [
    ['listen 443 ssl', `listen 127.0.0.1:${port} ssl`],
    [/ssl_certificate +[^;]+/, `ssl_certificate ${folder}/cert.pem`],
    [/ssl_certificate_key +[^;]+/, `ssl_certificate_key ${folder}/key.pem`],
    ['127.0.0.1:4400', upstream],
  ]);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  const text = `
    daemon off;
    pid ${folder}/nginx.pid;
    error_log stderr;
    events {}
    http {
      access_log off;
      ${temporary.join('\n')}
      ${server}
    }`;
  return ['nginx.conf', text, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', 'stderr']];
}

function caddy({ block, upstream, port }: ProxyOptions, folder: string): Configuration {
  const site = replaced(block, [
    [/^([\w.]+) \{/, `https://$1:${port} {\n    bind 127.0.0.1\n    tls ${folder}/cert.pem ${folder}/key.pem`],
    ['127.0.0.1:4400', upstream],
  ]);
  const text = `{\n    admin off\n    auto_https disable_redirects\n}\n${site}`;
  return ['Caddyfile', text, ['run', '--config', join(folder, 'Caddyfile'), '--adapter', 'caddyfile']];
}

/** @throws when the block has nothing of what is to be put in */
function replaced(block: string, pairs: readonly (readonly [string | RegExp, string])[]): string {
  return pairs.reduce((text, [from, to]) => {
    const changed = text.replace(from, to);
    if (changed === text) throw new Error(`The block has no ${from}:\n${text}`);
    return changed;
  }, block);
}

async function end(child: ChildProcess, folder: string): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}

function accepts(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}
