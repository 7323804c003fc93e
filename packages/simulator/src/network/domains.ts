import { WxError } from '../callbacks'

/** The server domains of the mini program's console, as they are entered there: `https://host`. */
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
