import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Path under which the CloudBase server serves files. */
export const FILES_PATH = '/storage/'

/** Addresses of files that are valid for a while and for one method. */
export class SignedUrls {
  readonly #secret = randomBytes(32)
  readonly #clock: () => number

  /** @param clock Unix milliseconds */
  constructor(clock: () => number) {
    this.#clock = clock
  }

  addressOf(origin: string, path: string): string {
    return `${origin}${FILES_PATH}${path.split('/').map(encodeURIComponent).join('/')}`
  }

  /** `tempFileURL`: not percent-encoded, because the SDK encodes it. */
  get(origin: string, path: string, maxAge: number): string {
    const [expiry, signature] = this.sign('GET', path, maxAge).split(':')
    return `${origin}${FILES_PATH}${path}?sign=${signature}&t=${expiry}`
  }

  /** @param maxAge seconds. @returns `expiry:signature` */
  sign(method: 'GET' | 'PUT', path: string, maxAge: number): string {
    const expiry = Math.floor(this.#clock() / 1000) + maxAge
    return `${expiry}:${this.#signature(method, path, String(expiry))}`
  }

  isValid(method: 'GET' | 'PUT', path: string, token: string): boolean {
    const [expiry = '', given = ''] = token.split(':')
    const expected = this.#signature(method, path, expiry)
    return (
      given.length === expected.length &&
      timingSafeEqual(Buffer.from(given), Buffer.from(expected)) &&
      Number(expiry) * 1000 > this.#clock()
    )
  }

  #signature(method: string, path: string, expiry: string): string {
    return createHmac('sha256', this.#secret).update(`${method}\n${path}\n${expiry}`).digest('hex')
  }
}
