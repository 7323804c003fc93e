import { bucketAddress } from '@miniprogram-cos/protocol'
import type { AddressStyle, CosConfig } from '@miniprogram-cos/server'
import { localizedError, t } from '../text'

/** WeChat's domain lists that apply to COS. COS uses no sockets, and cloud functions need no server domain. */
export const LISTS = ['request', 'uploadFile', 'downloadFile'] as const

export type List = (typeof LISTS)[number]

/** The server domains of a mini program, in the console's format: `https://host`. */
export type DomainLists = Record<List, string[]>

const OPTIONS: Record<AddressStyle, object> = {
  standard: {},
  accelerate: { UseAccelerate: true },
  pathStyle: { ForcePathStyle: true },
}

/** Every host that the app sends requests to. Each is on all three lists, because WeChat checks per API, not per method. */
export function domainLists(config: CosConfig): DomainLists {
  const { bucket, region, domains = [], addresses = ['standard'], otherBuckets = [] } = config
  const buckets = [{ bucket, region }, ...otherBuckets]
  const own = buckets.flatMap(({ bucket, region }) =>
    addresses.map((style) => bucketAddress(bucket, region, OPTIONS[style]).host),
  )
  const hosts = [...new Set([...own, ...domains])].map((host) => `https://${host}`)
  return { request: [...hosts], uploadFile: [...hosts], downloadFile: [...hosts] }
}

/** Names of the lists in the console, in DevTools and in the API of third-party platforms. */
const NAMES: Record<List, RegExp> = {
  request: /^request/i,
  uploadFile: /^upload/i,
  downloadFile: /^download/i,
}

/** Lists that COS does not need, whose entries are ignored. */
const OTHERS = /^(web-?socket|socket|ws|udp|tcp|dns|prefetch)/i

/**
 * Reads lists pasted from the console, or JSON: that of `domains --json`, or of the API (`requestdomain` and so on).
 * @throws Error if the text contains no list
 */
export function readConsoleLists(text: string): DomainLists {
  const lists: DomainLists = { request: [], uploadFile: [], downloadFile: [] }
  const sections = text.trimStart().startsWith('{') ? sectionsOfJson(text) : sectionsOfText(text)
  let isNamed = false
  for (const [name, domains] of sections) {
    const list = LISTS.find((list) => NAMES[list].test(name))
    if (!list) continue
    isNamed = true
    lists[list].push(...domains)
  }
  if (isNamed) return lists
  throw localizedError(
    'the text names no list: each must follow its name (request, uploadFile, downloadFile)',
    '文本中没有列表名：每个列表须位于其名称（request、uploadFile、downloadFile）之后',
  )
}

function sectionsOfJson(text: string): [name: string, domains: string[]][] {
  let given: Record<string, unknown>
  try {
    given = JSON.parse(text)
  } catch (error) {
    throw localizedError(
      `the lists are not valid JSON: ${(error as Error).message}`,
      `列表不是有效的 JSON：${(error as Error).message}`,
    )
  }
  return Object.entries(given).flatMap(([name, domains]) =>
    Array.isArray(domains) ? [[name, domains.map(String)]] : [],
  )
}

/** The name of a list begins that list; domains are separated by spaces, `;` or line ends. */
function sectionsOfText(text: string): [name: string, domains: string[]][] {
  const sections: [name: string, domains: string[]][] = []
  for (const word of text.split(/[\s;,；，、：]+|:(?=\s|$)/)) {
    const isName =
      !word.includes('.') && [...Object.values(NAMES), OTHERS].some((pattern) => pattern.test(word))
    if (isName) sections.push([word, []])
    else if (word.includes('.')) sections.at(-1)?.[1].push(word)
  }
  return sections
}

export interface ListDifference {
  list: List
  /** Required domains that are not in the list. */
  missing: string[]
  /** Domains in the list that COS does not need; other parts of the app may. */
  unneeded: string[]
  /** Entries that cannot match any URL, and the reason. */
  invalid: { entry: string; why: string }[]
}

/** Compares the console's lists with the required domains. */
export function compareLists(needed: DomainLists, given: DomainLists): ListDifference[] {
  return LISTS.map((list) => {
    const entries = given[list].map(normalize)
    return {
      list,
      missing: needed[list].filter((domain) => !entries.includes(normalize(domain))),
      unneeded: given[list].filter(
        (entry) => !needed[list].map(normalize).includes(normalize(entry)),
      ),
      invalid: given[list].flatMap((entry) => {
        const why = invalidReason(entry)
        return why ? [{ entry, why }] : []
      }),
    }
  })
}

/** The console shows some lists without the scheme that it requires. */
function normalize(entry: string): string {
  const lower = entry.toLowerCase().replace(/\/$/, '')
  return lower.includes('://') ? lower : `https://${lower}`
}

function invalidReason(entry: string): string | undefined {
  const domain = normalize(entry)
  if (domain.includes('*'))
    return t('there are no wildcards: list every host', '不支持通配符，须逐个填写域名')
  if (!domain.startsWith('https://')) return t('only https:// is allowed', '仅支持 https://')
  if (/^https:\/\/[\d.]+(:|$)/.test(domain))
    return t('an IP address is not a domain', '不能填写 IP 地址')
  if (/^https:\/\/[^/]+\//.test(domain)) return t('a domain has no path', '域名不能带路径')
  if (/:443$/.test(domain))
    return t(
      'with a port, it matches only URLs that contain the port',
      '带端口时只匹配写明该端口的 URL',
    )
  return undefined
}
