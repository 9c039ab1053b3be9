// Which part of the way of an event a function belongs to, by the file it is in. Files that several parts use are left out:
// what they do counts for whoever called them.
import type { Frame, Sorting } from './profile.ts';

/** In the order of an event's way. */
export const LOOP_PHASES = [
  'read and parse the request',
  'match, make ids',
  'accept: to the store and back',
  'claim: to the store and back',
  'lanes, scheduler, holdings',
  'sign, make the call',
  'send: sender, sockets, TLS',
  'record: to the store and back',
  'metrics, log, stream',
  'Postgres client',
  'sockets outside of JavaScript',
  'garbage',
  'others',
] as const;

export const STORAGE_PHASES = [
  'accept',
  'claim',
  'record',
  'messages between the threads',
  'begin, commit, write to disk',
  'garbage',
  'others',
] as const;

export const IDLE = 'idle';

type Rule<Phase extends string> = readonly [file: RegExp, phase: Phase, functions?: RegExp];

const LOOP_RULES: readonly Rule<(typeof LOOP_PHASES)[number] | typeof IDLE>[] = [
  [/^$/, IDLE, /^\(idle\)$/],
  [/^$/, 'garbage', /^\(garbage collector\)$/],
  [/^$/, 'sockets outside of JavaScript', /^\(program\)$/],
  [/\/adapters\/sqlite\/messages\.js$/, 'accept: to the store and back', /Accept/],
  [/\/adapters\/sqlite\/messages\.js$/, 'claim: to the store and back', /Claim/],
  [/\/adapters\/sqlite\/messages\.js$/, 'record: to the store and back', /Record/],
  [/\/adapters\/postgres\/accept(-sql)?\.js$/, 'accept: to the store and back'],
  [/\/adapters\/postgres\/(claim|claim-sql|leased-rows|moving-bound)\.js$/, 'claim: to the store and back'],
  [/\/adapters\/postgres\/record(-sql)?\.js$/, 'record: to the store and back'],
  [/\/engine\/.*intake\.js$/, 'accept: to the store and back', /commit|handOver/i],
  [/\/engine\/.*(intake|catalog)\.js$|\/domain\/(event-type|fingerprint|envelope)\.js$/, 'match, make ids'],
  [/\/engine\/.*recorder\.js$/, 'record: to the store and back'],
  [/\/engine\/.*attempts\.js$/, 'record: to the store and back', /record/i],
  [/\/engine\/.*scheduler\.js$/, 'claim: to the store and back', /claim(Due|Backlogs)/],
  [/\/engine\/.*(lanes|scheduler|holdings|attempts|engine|leases|store-health)\.js$/, 'lanes, scheduler, holdings'],
  [/\/domain\/(profile|call)\.js$/, 'sign, make the call'],
  [/\/adapters\/(sender\/.*|traced-sender)\.js$|\/undici\//, 'send: sender, sockets, TLS'],
  [/\/apps\/(metrics|logging|stream)\/|\/prom-client\/|\/pino\//, 'metrics, log, stream'],
  [/\/apps\/|\/domain\/json|\/fastify\/|\/find-my-way\//, 'read and parse the request'],
];

/** Parts of Node that only one part of an event's way has reason to call. */
const LOOP_GUESSES: typeof LOOP_RULES = [
  [/^node:_http|^node:internal\/http/, 'read and parse the request'],
  [/^node:(_tls|internal\/tls|tls)/, 'send: sender, sockets, TLS'],
  [/^node:(internal\/worker|worker_threads)|\/adapters\/sqlite\//, 'record: to the store and back'],
  [/\/pg(-\w+)?\/|\/adapters\/postgres\//, 'Postgres client'],
];

const STORAGE_RULES: readonly Rule<(typeof STORAGE_PHASES)[number] | typeof IDLE>[] = [
  [/^$/, IDLE, /^\(idle\)$/],
  [/^$/, 'garbage', /^\(garbage collector\)$/],
  [/\/adapters\/sqlite\/accept\.js$/, 'accept'],
  [/\/adapters\/sqlite\/(claim|leased-rows)\.js$/, 'claim'],
  [/\/adapters\/sqlite\/record\.js$/, 'record'],
  [/\/adapters\/sqlite\/(messages|wire|packing)\.js$/, 'messages between the threads'],
  [/\/adapters\/sqlite\/transaction\.js$/, 'begin, commit, write to disk'],
];

const STORAGE_GUESSES: typeof STORAGE_RULES = [
  [/^node:(internal\/worker|worker_threads)|\/adapters\/sqlite\/worker\.js$/, 'messages between the threads'],
];

function sortBy(rules: readonly Rule<string>[]) {
  return ({ url, functionName }: Frame) =>
    rules.find(([file, , functions]) => file.test(url) && (functions?.test(functionName) ?? true))?.[1];
}

export const loopSorting: Sorting = {
  sort: sortBy(LOOP_RULES),
  guess: sortBy(LOOP_GUESSES),
  otherwise: 'others',
};

export const storageSorting: Sorting = {
  sort: sortBy(STORAGE_RULES),
  guess: sortBy(STORAGE_GUESSES),
  otherwise: 'others',
};
