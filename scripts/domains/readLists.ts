import { type DomainLists, LISTS, type List } from './domainLists'

/** What the lists are called: in the console, in DevTools, in the API of third-party platforms. */
const NAMES: Record<List, RegExp> = {
  request: /^request/i,
  uploadFile: /^upload/i,
  downloadFile: /^download/i,
}

/** Lists that COS has no use for; what stands under them is passed over. */
const OTHERS = /^(web-?socket|socket|ws|udp|tcp|dns|prefetch)/i

/**
 * Reads lists pasted from the console, or JSON: this tool's own, or the API's `requestdomain` and so on.
 * @throws Error when the text names no list
 */
export function readLists(text: string): DomainLists {
  const lists: DomainLists = { request: [], uploadFile: [], downloadFile: [] }
  const sections = text.trimStart().startsWith('{') ? sectionsOfJson(text) : sectionsOfText(text)
  let isNamed = false
  for (const [name, domains] of sections) {
    const list = LISTS.find((one) => NAMES[one].test(name))
    if (!list) continue
    isNamed = true
    lists[list].push(...domains)
  }
  if (isNamed) return lists
  throw new Error(
    'the text names no list: each must stand under its name (request, uploadFile, downloadFile)',
  )
}

function sectionsOfJson(text: string): [name: string, domains: string[]][] {
  let given: unknown
  try {
    given = JSON.parse(text)
  } catch (error) {
    throw new Error(`the lists are no JSON: ${(error as Error).message}`)
  }
  return Object.entries(given as object).flatMap(([name, domains]) =>
    Array.isArray(domains) ? [[name, domains.map(String)] as [string, string[]]] : [],
  )
}

/** A line that begins with a list's name begins that list; domains stand apart by spaces, `;` or lines. */
function sectionsOfText(text: string): [name: string, domains: string[]][] {
  const sections: [name: string, domains: string[]][] = []
  for (const word of text.split(/[\s;,；，、：]+|:(?=\s|$)/)) {
    const isName =
      !word.includes('.') && [...Object.values(NAMES), OTHERS].some((one) => one.test(word))
    if (isName) sections.push([word, []])
    else if (word.includes('.')) sections.at(-1)?.[1].push(word)
  }
  return sections
}
