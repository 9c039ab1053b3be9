// Whether this process lives, and whether it can work: open to everybody, for supervisors and load balancers.
import { Type } from 'typebox';
import { overloaded } from '../failures.ts';
import type { ApiServer, RouteParts } from '../route.ts';

const TAGS = ['Health'];

/** Adds the routes of this file. @param version of this program */
export function healthRoutes(app: ApiServer, { engine }: RouteParts, version: string): void {
  app.get(
    '/healthz',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the process lives; if not, restart it',
        tags: TAGS,
        security: [],
        response: {
          200: Type.Object(
            { status: Type.Literal('ok'), version: Type.String() },
            { title: 'Health', description: 'It lives.' },
          ),
        },
      },
    },
    async () => ({ status: 'ok' as const, version }),
  );

  app.get(
    '/readyz',
    {
      schema: {
        operationId: 'getReadiness',
        summary: 'Whether events can be accepted and delivered right now',
        tags: TAGS,
        security: [],
        response: {
          200: Type.Object({ status: Type.Literal('ready') }, { title: 'Readiness', description: 'It can work.' }),
        },
      },
      config: { problems: ['unavailable'] },
    },
    async () => {
      const reason = await engine.unready();
      if (reason !== undefined) throw overloaded(reason);
      return { status: 'ready' as const };
    },
  );
}
