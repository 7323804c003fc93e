import { WxError } from './callbacks'

/** The server domains of the mini program's console, written as there: `https://host`. */
export interface DomainLists {
  request: string[]
  uploadFile: string[]
  downloadFile: string[]
}

/**
 * Refuses a URL whose host is not on its list (network page of the WeChat documents): https only, hosts
 * matched exactly, no wildcards, and with a port only that port.
 * @throws WxError
 */
export function checkDomain(url: string, list: keyof DomainLists, domains: DomainLists): void {
  const { protocol, host } = new URL(url)
  const allowed = domains[list].map((domain) => domain.replace(/\/$/, '').toLowerCase())
  if (protocol === 'https:' && allowed.includes(`https://${host}`)) return
  throw new WxError(`${list}:fail url not in domain list:${host}`, { errno: 600002 })
}

/** WeChat runs at most this many requests, uploads and downloads at a time. */
const MAX_CONCURRENT = 10

/** Limits how many requests run at the same time; the others wait in order. */
export class Semaphore {
  #free = MAX_CONCURRENT
  #peak = 0
  readonly #queue: (() => void)[] = []

  /** The highest number of requests that ran or waited at one time. */
  get peak(): number {
    return this.#peak
  }

  /** Resolves when the request may run, with the function that releases its slot. */
  async acquire(): Promise<() => void> {
    const wanted = MAX_CONCURRENT - this.#free + this.#queue.length + 1
    this.#peak = Math.max(this.#peak, wanted)
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#queue.push(resolve))
    let isReleased = false
    return () => {
      if (isReleased) return
      isReleased = true
      const next = this.#queue.shift()
      if (next) next()
      else this.#free++
    }
  }
}
