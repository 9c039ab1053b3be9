// Why TLS failed, in words: by the alert that the receiver sent, or by what is wrong with its certificate.

/** Our code for a certificate that names no host. */
export const NO_NAMES = 'POSTHORN_NO_NAMES';

const WANTS_ANOTHER = 'it does not accept the client certificate that it asks for';
const GARBLED = 'it and Posthorn did not understand each other; maybe something between them changes what is sent';

/** By the alert's name (RFC 8446, section 6.2; those of RFC 5246 too). Posthorn itself has no client certificate to show. */
const ALERTS: ReadonlyMap<string, string> = new Map([
  ['handshake_failure', 'it refuses the handshake: no cipher in common, or it wants a client certificate'],
  ['certificate_required', 'it asks for a client certificate'],
  ['no_certificate', 'it asks for a client certificate'],
  ['bad_certificate', WANTS_ANOTHER],
  ['unsupported_certificate', WANTS_ANOTHER],
  ['certificate_revoked', WANTS_ANOTHER],
  ['certificate_expired', WANTS_ANOTHER],
  ['certificate_unknown', WANTS_ANOTHER],
  ['unknown_ca', WANTS_ANOTHER],
  ['access_denied', 'it lets in only certain clients, known by their certificate'],
  ['unrecognized_name', 'it does not know this host name'],
  ['protocol_version', 'it offers no TLS version from 1.2 on'],
  ['insufficient_security', 'it wants stronger ciphers than Posthorn has'],
  ['no_application_protocol', 'it speaks HTTP/2 only; offer HTTP/1.1 too'],
  ['internal_error', 'it failed itself; often it has no certificate for this host name'],
  ['user_canceled', 'it broke off the handshake'],
  ['unexpected_message', GARBLED],
  ['bad_record_mac', GARBLED],
  ['decryption_failed', GARBLED],
  ['record_overflow', GARBLED],
  ['illegal_parameter', GARBLED],
  ['decode_error', GARBLED],
  ['decrypt_error', GARBLED],
]);

/** Other reasons, by OpenSSL's or Node's code. */
const CODES: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['CERT_NOT_YET_VALID', 'its certificate is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host name'],
  [NO_NAMES, 'its certificate names no host (subjectAltName)'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed; use one from a public authority'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'its certificate is from an authority that is not trusted here'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'its certificate chain is incomplete'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'its certificate is from an authority that is not trusted here'],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'its certificate is from an authority that is not trusted here, or its chain is incomplete; send the intermediate certificates',
  ],
  ['INVALID_PURPOSE', 'its certificate is not meant for a server'],
  ['INVALID_CA', 'one of the authorities in its certificate chain may not issue certificates'],
  ['CERT_REVOKED', 'its certificate was revoked'],
  ['CERT_SIGNATURE_FAILURE', 'the signature of its certificate is wrong'],
  ['CERT_CHAIN_TOO_LONG', 'its certificate chain is too long'],
  ['UNSPECIFIED', 'its certificate uses a key or a hash that is too weak'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS on this port; maybe this is its plain HTTP port'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'it does not speak TLS on this port; maybe this is its plain HTTP port'],
  ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'it offers no TLS version from 1.2 on'],
]);

/** OpenSSL names alerts after the oldest version that has them; those of extensions lack the word itself. */
const ALERT_CODE = /^ERR_SSL_(?:(?:SSL\/TLS|SSLV3|TLSV1|TLSV13)_ALERT|TLSV1)_([A-Z_]+)$/;

/**
 * The reason as the end of a sentence.
 * @param code OpenSSL's or Node's
 */
export function tlsReason(code: string): string {
  const known = CODES.get(code);
  if (known !== undefined) return known;
  const alert = ALERT_CODE.exec(code)?.[1]?.toLowerCase().replace('cancelled', 'canceled');
  if (alert === undefined) return `TLS failed (${code})`;
  return `${ALERTS.get(alert) ?? 'it ended TLS'} (TLS alert ${alert})`;
}
