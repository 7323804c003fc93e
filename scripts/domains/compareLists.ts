import { type DomainLists, LISTS, type List } from './domainLists'

export interface ListDifference {
  list: List
  /** Needed, and not there. */
  missing: string[]
  /** There, and not needed for COS; other parts of the app may need them. */
  further: string[]
  /** Entries that WeChat matches with nothing, and why. */
  odd: { entry: string; why: string }[]
}

/** What a console's lists lack, have besides, and have in a form that matches nothing. */
export function compareLists(needed: DomainLists, given: DomainLists): ListDifference[] {
  return LISTS.map((list) => {
    const entries = given[list].map(normal)
    return {
      list,
      missing: needed[list].filter((domain) => !entries.includes(normal(domain))),
      further: given[list].filter((entry) => !needed[list].map(normal).includes(normal(entry))),
      odd: given[list].flatMap((entry) => {
        const why = oddity(entry)
        return why ? [{ entry, why }] : []
      }),
    }
  })
}

/** The console shows some lists without the scheme that it demands. */
function normal(entry: string): string {
  const lower = entry.toLowerCase().replace(/\/$/, '')
  return lower.includes('://') ? lower : `https://${lower}`
}

function oddity(entry: string): string | undefined {
  const domain = normal(entry)
  if (domain.includes('*')) return 'there are no wildcards: every host is listed by itself'
  if (!domain.startsWith('https://')) return 'only https:// is reached'
  if (/^https:\/\/[\d.]+(:|$)/.test(domain)) return 'an address of numbers is no domain'
  if (/^https:\/\/[^/]+\//.test(domain)) return 'a domain has no path'
  if (/:443$/.test(domain)) return 'with a port, only URLs that spell it out are reached'
  return undefined
}
