// Headers of every page of ours, the dashboard and the API's reference alike: a page asks no other host for anything, and no
// other page may frame, open or read it.

/**
 * Nothing from elsewhere, nothing inline: what receivers send is shown on pages, and must stay text.
 * @param formAction where forms may go: to this host, or nowhere
 */
export function contentSecurityPolicy(formAction: "'self'" | "'none'"): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "base-uri 'none'",
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
  ].join('; ');
}

export const PAGE_HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
};
