// The API's description for programs (/openapi.json) and for people (/docs), served from this process alone: the page
// asks no other host for anything.
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { contentSecurityPolicy, PAGE_HEADERS } from '../page-headers.ts';
import { openApiDocument } from './openapi.ts';

/** Everything that the page needs comes from here; Swagger UI sets styles by script, which needs no exception. */
const CONTENT_SECURITY_POLICY = contentSecurityPolicy("'none'");

/** The page's other address, from which it is redirected to. */
const OTHER_ADDRESS = '/docs/static/index.html';

/** To be registered as a plugin of its own: its hook must not reach other routes. */
export async function docs(app: FastifyInstance, { publicUrl }: { publicUrl: string | undefined }): Promise<void> {
  let document: ReturnType<typeof openApiDocument> | undefined;
  const describe = () => {
    document ??= openApiDocument(app);
    return document;
  };
  app.addHook('onRequest', ({ raw, url }, reply, done) => {
    reply.headers(PAGE_HEADERS);
    // A proxy may have taken a prefix away, so addresses are relative.
    if (url.split('?', 1)[0] === OTHER_ADDRESS) {
      reply.redirect('../');
      return;
    }
    // Files of the page are small: nobody needs a part of one, and a part that does not exist is an error in them.
    delete raw.headers.range;
    done();
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () =>
    publicUrl === undefined ? describe() : { ...describe(), servers: [{ url: publicUrl }] },
  );
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    indexPrefix: '.',
    staticCSP: CONTENT_SECURITY_POLICY,
    theme: { title: 'Posthorn API' },
    uiConfig: { layout: 'BaseLayout', deepLinking: true, displayRequestDuration: true },
    // Calls from the page go to where the page came from.
    transformSpecification: () => ({ ...describe(), servers: [{ url: '../', description: 'this Posthorn' }] }),
    transformSpecificationClone: false,
  });
}
