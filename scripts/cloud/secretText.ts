/** Enough of a SecretId to tell which one it is. */
export function maskId(SecretId: string): string {
  return `${SecretId.slice(0, 4)}…${SecretId.slice(-4)}`
}

/** Writes lines in which no secret can stand, however it got there. */
export class SafeOutput {
  readonly #secrets: string[]

  constructor(secrets: (string | undefined)[]) {
    this.#secrets = secrets.filter((one): one is string => one !== undefined && one.length >= 8)
  }

  /** One more that was learnt on the way. */
  hide(secret: string): void {
    if (secret.length >= 8) this.#secrets.push(secret)
  }

  line(text: string): void {
    console.log(this.clean(text))
  }

  error(text: string): void {
    console.error(this.clean(text))
  }

  clean(text: string): string {
    return this.#secrets.reduce((clean, secret) => clean.replaceAll(secret, '****'), text)
  }
}
