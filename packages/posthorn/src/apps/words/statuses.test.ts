import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statusAdvice } from './statuses.ts';

describe('the advice for a status', () => {
  for (const [status, sentTo] of [
    [301, /not followed.*callback URL/],
    [302, /not followed.*login/],
    [304, /cache/],
    [401, /credentials/],
    [403, /firewall \(WAF\)/],
    [404, /path/],
    [405, /POST/],
    [408, /stopped waiting/],
    [410, /gone/],
    [411, /content-length/],
    [413, /client_max_body_size/],
    [415, /application\/json/],
    [421, /host name/],
    [422, /content/],
    [429, /rate limit/],
    [431, /headers/],
    [451, /legal/],
    [500, /log/],
    [501, /POST/],
    [502, /proxy/],
    [503, /overloaded/],
    [504, /afterwards/],
    [511, /captive portal/],
    [520, /Cloudflare.*log of the receiver/],
    [521, /Cloudflare.*firewall/],
    [522, /Cloudflare.*firewall/],
    [523, /Cloudflare.*DNS/],
    [524, /Cloudflare.*afterwards/],
    [525, /handshake.*Cloudflare/],
    [526, /Cloudflare.*certificate/],
    [527, /Cloudflare/],
    [530, /Cloudflare.*DNS/],
  ] as const) {
    it(`${status} sends people to the right place`, () => assert.match(statusAdvice(status), sentTo));
  }

  it('speaks of redirects for those that are one, and of Cloudflare for those that it alone sends', () => {
    for (let status = 100; status < 1_000; status++) {
      const advice = statusAdvice(status);
      assert.match(advice, /^[A-Z].*\.$/, String(status));
      assert.equal(/redirect/i.test(advice), [300, 301, 302, 303, 307, 308].includes(status), String(status));
      assert.equal(/Cloudflare/.test(advice), (status >= 520 && status <= 527) || status === 530, String(status));
    }
  });

  it('of a status without words of its own is that of its hundred', () => {
    assert.match(statusAdvice(418), /does not accept/);
    assert.match(statusAdvice(599), /failed while/);
    for (const status of [299, 305, 600, null]) assert.match(statusAdvice(status), /200 to 209/);
  });
});
