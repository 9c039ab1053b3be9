// The way out: name servers, trusted certificates, and on request the way to one callback URL.
import { X509Certificate } from 'node:crypto';
import { OVERTAKEN } from '../../adapters/sender/failures.ts';
import type { Probe, ProbeStep } from '../../adapters/sender/probe.ts';
import type { NameServersPulse } from '../../adapters/sender/resolver.ts';
import { DEFAULT_SETTINGS } from '../../domain/endpoint/settings.ts';
import { inert } from '../terminal/inert.ts';
import { durationText } from '../words/times.ts';
import { bad, type Finding, ok, warn } from './finding.ts';

const DAY_MS = 86_400_000;
/** Certificates are usually renewed long before. */
const SOON_DAYS = 14;
/** A quarter of what a connection may take, for the first of its steps. */
const SLOW_NAME_MS = 250;

export function nameServerFinding({ servers, tookMs, failure }: NameServersPulse): Finding {
  const check = 'name servers';
  const named = servers.join(', ') || 'none';
  if (failure !== undefined) {
    return bad(
      check,
      `${named}: no answer (${failure})`,
      'Correct /etc/resolv.conf, or allow this machine to reach them (port 53). Until then every call fails with local_error.',
    );
  }
  const says = `${named}: answered in ${durationText(tookMs)}`;
  return tookMs > SLOW_NAME_MS
    ? warn(
        check,
        says,
        `A connection has ${durationText(DEFAULT_SETTINGS.connectTimeoutMs)} for everything. Use name servers that are nearer.`,
      )
    : ok(check, says);
}

/** @param pems of certificate authorities @param wallMs now, in milliseconds since 1970 */
export function extraCaFinding(pems: readonly string[], wallMs: number): Finding {
  const check = 'extra CA';
  const certificates = pems.map((pem) => new X509Certificate(pem));
  const over = certificates.filter(({ validToDate }) => validToDate.getTime() < wallMs);
  const says = `${pems.length} ${pems.length === 1 ? 'certificate' : 'certificates'}`;
  if (over.length === 0) return ok(check, says);
  const names = over.map(({ subject }) => inert(subject.replaceAll('\n', ', '))).join('; ');
  return warn(check, `${says}, of which expired: ${names}`, 'Replace them in the file of POSTHORN_EXTRA_CA.');
}

/** The way to a callback URL, step by step. @param wallMs now, in milliseconds since 1970 */
export function probeFindings(url: string, { steps, failure }: Probe, wallMs: number): Finding[] {
  const check = 'endpoint';
  const found = steps.flatMap((step) => stepFindings(check, step, wallMs));
  if (failure !== undefined) return [...found, bad(check, inert(failure), `No call can be made to ${inert(url)}.`)];
  const tookMs = steps.reduce((sum, step) => sum + ('tookMs' in step ? step.tookMs : 0), 0);
  const says = `${inert(url)} is reached in ${durationText(tookMs)}`;
  return [
    ...found,
    tookMs > DEFAULT_SETTINGS.connectTimeoutMs
      ? warn(
          check,
          `${says}; calls give up after ${durationText(DEFAULT_SETTINGS.connectTimeoutMs)}`,
          'Find out which step is slow, or give the endpoint a longer connectTimeoutMs.',
        )
      : ok(check, says),
  ];
}

function stepFindings(check: string, step: ProbeStep, wallMs: number): Finding[] {
  const took = 'tookMs' in step ? durationText(step.tookMs) : '';
  switch (step.step) {
    case 'failure': {
      const what = step.code === OVERTAKEN ? 'was overtaken by the next one' : `failed (${inert(step.code)})`;
      const says = `${step.stage === 'tls' ? 'TLS' : 'TCP'}: ${step.address} ${what}`;
      return [warn(check, says, 'Have this address of the name mended or taken out: calls lose time with it.')];
    }
    case 'name':
      if (step.refused.length > 0) return [ok(check, `name: ${step.addresses.join(', ')}  ${took}`)];
      return [ok(check, `name: ${step.addresses.join(', ')}, may be called  ${took}`)];
    case 'tcp':
      return [ok(check, `TCP: connected to ${step.address}  ${took}`)];
    case 'tls': {
      const days = Math.floor((step.validUntilMs - wallMs) / DAY_MS);
      const until = new Date(step.validUntilMs).toISOString().slice(0, 10);
      const says = `TLS: ${step.protocol}, certificate of ${inert(step.issuer)} until ${until} UTC (${days} days)  ${took}`;
      return [
        days < SOON_DAYS
          ? warn(check, says, 'Have the certificate renewed: calls fail once it has expired.')
          : ok(check, says),
      ];
    }
  }
}
