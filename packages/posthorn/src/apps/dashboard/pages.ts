// The dashboard's files, read once at start and served from memory: a request picks one of a few known names, so no path can
// lead anywhere else. Names in /assets hold a hash of their content and are kept by browsers for good.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
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
/** Folders below the root that an address of the dashboard may have, at most. */
const DEEPEST = 6;

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

/**
 * Adds the pages: every address of the dashboard answers its one document, which finds out the rest.
 * @param path of the public URL, empty at the root
 */
export async function pageRoutes(app: FastifyInstance, files: PageFiles, path: string): Promise<void> {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers(DASHBOARD_HEADERS);
    done();
  });
  for (const [name, file] of files) {
    if (name === INDEX) continue;
    const kept = name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    app.get(name, { schema: { hide: true } }, async (request, reply) => send(request, reply, file, kept));
  }
  const index = files.get(INDEX);
  if (index === undefined) throw new Error('The dashboard has no index.html.');
  const documents = Array.from({ length: DEEPEST + 1 }, (_, depth) => documentAt(depth, index));
  for (const address of ['/', '/all', '/t/*']) {
    app.get(address, { schema: { hide: true } }, async (request, reply) => {
      const document = documents[depthOf(request.url)];
      return document === undefined ? reply.callNotFound() : send(request, reply, document, 'no-cache');
    });
  }
  // Its files are below its path, so that has to end with a slash.
  if (path !== '') app.get(path, { schema: { hide: true } }, async (_, reply) => reply.redirect(`${basename(path)}/`));
}

/** The document for an address so many folders below the root: it names its files from there. */
function documentAt(depth: number, { type, plain }: PageFile): PageFile {
  const moved = Buffer.from(plain.toString().replaceAll('="./', `="${'../'.repeat(depth) || './'}`));
  return { type, plain: moved, packed: gzipSync(moved) };
}

function depthOf(url: string): number {
  return (url.split('?', 1)[0] ?? '').split('/').length - 2;
}

function send(request: FastifyRequest, reply: FastifyReply, file: PageFile, kept: string): FastifyReply {
  const packs = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  reply.headers({ 'cache-control': kept, vary: 'accept-encoding', ...(packs && { 'content-encoding': 'gzip' }) });
  return reply.type(file.type).send(packs ? file.packed : file.plain);
}
