// The dashboard's files, read once at start and served from memory: a request picks one of a few known names, so no path can
// lead anywhere else. Names in /assets hold a hash of their content and are kept by browsers for good.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { contentSecurityPolicy, PAGE_HEADERS } from '../page-headers.ts';

/** Where the build puts it; the same from src and from dist. */
export const DASHBOARD_FOLDER = fileURLToPath(new URL('../../../dist/dashboard', import.meta.url));

const DASHBOARD_HEADERS = { 'content-security-policy': contentSecurityPolicy("'self'"), ...PAGE_HEADERS };

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

interface PageFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
}

/** Files by the path that they are served at. */
export type PageFiles = ReadonlyMap<string, PageFile>;

const INDEX = '/index.html';

/** Reads the built dashboard. @returns `undefined` when it is not part of this build */
export function readPages(folder: string): PageFiles | undefined {
  if (!existsSync(join(folder, INDEX))) return undefined;
  const files = new Map<string, PageFile>();
  for (const name of globSync('**/*.*', { cwd: folder })) {
    const type = MEDIA_TYPES[extname(name)];
    if (type === undefined) throw new Error(`The dashboard has a file of unknown kind: ${name}`);
    const plain = readFileSync(join(folder, name));
    files.set(`/${name.replaceAll('\\', '/')}`, { type, plain, packed: gzipSync(plain) });
  }
  return files;
}

/** Adds the pages: every address of the dashboard answers its one document, which finds out the rest. */
export async function pageRoutes(app: FastifyInstance, files: PageFiles): Promise<void> {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(DASHBOARD_HEADERS);
    done();
  });
  for (const [path, file] of files) {
    if (path === INDEX) continue;
    const kept = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    app.get(path, { schema: { hide: true } }, async (request, reply) => send(request, reply, file, kept));
  }
  const index = files.get(INDEX);
  if (index === undefined) throw new Error('The dashboard has no index.html.');
  for (const path of ['/', '/all', '/t/*']) {
    app.get(path, { schema: { hide: true } }, async (request, reply) => send(request, reply, index, 'no-cache'));
  }
}

function send(request: FastifyRequest, reply: FastifyReply, file: PageFile, kept: string): FastifyReply {
  const packs = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  reply.headers({ 'cache-control': kept, vary: 'accept-encoding', ...(packs && { 'content-encoding': 'gzip' }) });
  return reply.type(file.type).send(packs ? file.packed : file.plain);
}
