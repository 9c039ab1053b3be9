// Whether this process lives, and whether it can work: open to everybody, for supervisors and load balancers.
import { Type } from 'typebox';
import { overloaded } from '../failures.ts';
import { type Operation, ok, operation } from '../operation.ts';

const TAG = 'Health';

const getHealth = (version: string) =>
  operation('GET', '/healthz', {
    operationId: 'getHealth',
    summary: 'Check that the process lives; if it does not answer, restart it',
    tag: TAG,
    open: true,
    answers: {
      200: Type.Object(
        { status: Type.Literal('ok'), version: Type.String() },
        { title: 'Health', description: 'The process lives.' },
      ),
    },
    work: () => async () => ok({ status: 'ok' as const, version }),
  });

const getReadiness = operation('GET', '/readyz', {
  operationId: 'getReadiness',
  summary: 'Check that events can be accepted and delivered right now',
  tag: TAG,
  open: true,
  answers: {
    200: Type.Object(
      { status: Type.Literal('ready') },
      { title: 'Readiness', description: 'Events can be accepted and delivered.' },
    ),
  },
  problems: ['unavailable'],
  work:
    ({ engine }) =>
    async () => {
      const reason = await engine.unready();
      if (reason !== undefined) throw overloaded(reason);
      return ok({ status: 'ready' as const });
    },
});

/** @param version of this program */
export const healthOperations = (version: string): readonly Operation[] => [getHealth(version), getReadiness];
