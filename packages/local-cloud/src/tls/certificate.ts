import { generate } from 'selfsigned'

/** A key and certificate for this start alone, in PEM. */
export interface Certificate {
  key: string
  cert: string
}

const DAYS = 30

/**
 * Makes a certificate for loopback and the names given. Production's names do not belong into it, so
 * that it is worth nothing to anybody else.
 */
export async function generateCertificate(hosts: readonly string[]): Promise<Certificate> {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'local cloud' }], {
    keyType: 'ec',
    notAfterDate: new Date(Date.now() + DAYS * 86_400_000),
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...['localhost', ...hosts].map((value) => ({ type: 2 as const, value })),
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { key, cert }
}
