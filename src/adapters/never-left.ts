/**
 * Faults before a connection stands: resolving, connecting, agreeing on TLS. undici's connect timeout covers all three.
 * Names of Node 24: errors.md (system errors), tls.md (X509 certificate error codes); undici 7 Errors.md.
 */
const BEFORE_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_URL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
])

/** True only where what made a fetch fail shows that not a byte of the request went out; in doubt false. */
export function neverLeft(cause: unknown): boolean {
  if (cause instanceof AggregateError) return cause.errors.length > 0 && cause.errors.every(neverLeft)
  if (!(cause instanceof Error)) return false
  const { code, syscall } = cause as NodeJS.ErrnoException
  if (syscall === 'connect') return true
  // A host can become unreachable in the middle of an exchange, too.
  return syscall !== 'read' && syscall !== 'write' && BEFORE_CONNECTED.has(code)
}
