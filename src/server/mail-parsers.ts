/** One address without a display name, such as `ops@example.com`. */
export function mailAddress(value: string): string {
  if (
    !/^[^\s@<>()[\]\\,;:"\p{Cc}]{1,64}@[a-zA-Z0-9](?:[a-zA-Z0-9.-]{0,250}[a-zA-Z0-9])?$/u.test(
      value,
    )
  ) {
    throw new Error('expected an address such as ops@example.com, without a name')
  }
  return value
}

/** Addresses separated by commas. */
export function mailAddresses(value: string): readonly string[] {
  return value.split(',').map((part) => mailAddress(part.trim()))
}

/**
 * A mail server with user and password. A query is rejected, because it could switch off the
 * verification of the certificate.
 */
export function smtpUrl(value: string): string {
  const parsed = URL.parse(value)
  const isServer =
    parsed !== null &&
    /^smtps?:$/.test(parsed.protocol) &&
    parsed.hostname !== '' &&
    /^\/?$/.test(parsed.pathname) &&
    parsed.search === '' &&
    parsed.hash === '' &&
    isEncoded(parsed.username + parsed.password)
  if (!isServer) {
    throw new Error(
      'expected smtps:// or smtp://, user and password, and a host, such as smtps://user:password@mail.example.com',
    )
  }
  return value
}

/** True if each percent sign starts a character. */
function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
