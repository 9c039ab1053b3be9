// Ways to break the program that the attack must notice.

import type { Defect } from '../support/mutants.ts';
import type { Edit } from '../support/program.ts';

export interface Mutant extends Defect {
  readonly edits: readonly Edit[];
}

const edit = (file: string, from: string, to: string): Edit => ({ file, from, to });

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'a refusal that nobody foresaw',
    edits: [edit('apps/api/failures.js', "['FST_STATIC_FORBIDDEN_PATH', () => notFound('path')],", '')],
    noticed: /a defect: 500/,
  },
  {
    name: 'a secret among the settings',
    edits: [
      edit('apps/api/schemas/endpoint.js', 'description: endpoint.description', 'description: endpoint.secrets[0]'),
    ],
    noticed: /the answer holds a secret: secret/,
  },
  {
    name: 'a delivery for every tenant',
    edits: [
      edit('adapters/sqlite/summary.js', 'where delivery.tenant = ? and state in', 'where ? is not null and state in'),
    ],
    noticed: /the answer holds a secret|something of another tenant/,
  },
  {
    name: 'a refusal that repeats what it refuses',
    edits: [
      edit(
        'domain/callback-url.js',
        "password; use a header instead.'",
        "password; use a header instead: ' + authority",
      ),
    ],
    noticed: /the answer holds a secret: submitted/,
  },
  {
    name: 'a log that tells the URL',
    edits: [
      edit(
        'engine/calling/attempts.js',
        'attemptId,\n            number: ',
        'attemptId: endpoint.url,\n            number: ',
      ),
    ],
    noticed: /the log holds a secret \(url\)/,
  },
  {
    name: 'secrets stored as they are',
    edits: [
      edit(
        'domain/endpoint/documents.js',
        'const sealed = seal(',
        'const sealed = bytesOf({ url, secrets, headers }); seal(',
      ),
      edit('domain/endpoint/documents.js', 'const plain = unseal(', 'const plain = documents.sealed; unseal('),
    ],
    noticed: /for everybody to read/,
  },
  {
    name: 'secrets that open anywhere',
    edits: [
      edit(
        'domain/endpoint/documents.js',
        ': `endpoint:$' + '{tenantId}:',
        ": 'endpoint'; `endpoint:$" + '{tenantId}:',
      ),
    ],
    noticed: /a secret that was moved/,
  },
  {
    name: 'a key of which the beginning is enough',
    edits: [
      edit(
        'apps/api/access/api-keys.js',
        "hash('sha256', key, 'buffer')",
        "hash('sha256', key.slice(0, 36), 'buffer')",
      ),
    ],
    noticed: /let in with/,
  },
  {
    name: 'two keys in one request',
    edits: [edit('apps/api/hosts.js', "['host', 'authorization', ", "['host', ")],
    noticed: /two keys/,
  },
  {
    name: 'no limit for slow clients',
    edits: [edit('apps/api/limits.js', 'REQUEST_TIMEOUT_MS = 10_000', 'REQUEST_TIMEOUT_MS = 60_000')],
    noticed: /still connected/,
  },
  {
    name: 'room for any number of bodies',
    edits: [edit('apps/api/limits.js', 'MAX_BODIES_BYTES = 64 *', 'MAX_BODIES_BYTES = 64_000 *')],
    noticed: /it weighed/,
  },
  {
    name: 'duplicates are looked for in lists of any length',
    edits: [
      edit(
        'apps/api/validation.js',
        'repeating.Check(value) ? whole.Errors(value) : repeating.Errors(value)',
        'whole.Errors(value)',
      ),
    ],
    noticed: /the same event type took/,
  },
  {
    name: 'something kept of every request',
    edits: [
      edit(
        'apps/api/hosts.js',
        "const { url = ''",
        "(globalThis.kept ??= []).push(Buffer.alloc(4096, 1));\n        const { url = ''",
      ),
    ],
    noticed: /it grew/,
  },
  {
    name: 'an event that is always new',
    edits: [edit('adapters/sqlite/accept.js', 'existing: true', 'existing: false')],
    noticed: /were told that event|has two deliveries|was delivered/,
  },
];
