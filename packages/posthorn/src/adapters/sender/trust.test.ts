import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { getCACertificates, rootCertificates } from 'node:tls';
import { createTrust, trustedRoots } from './trust.ts';

describe('trusted roots', () => {
  it("are Node's, the machine's and the given ones, each once", () => {
    const roots = trustedRoots(['given']);
    for (const pem of [...rootCertificates, ...getCACertificates('system'), 'given']) assert.ok(roots.includes(pem));
    assert.equal(new Set(roots).size, roots.length);
  });

  it('that are no certificates are refused, with what to give instead', () => {
    assert.throws(() => createTrust(['nonsense']), /not a certificate in PEM form/);
  });
});
