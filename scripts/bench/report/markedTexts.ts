const MARKED = /<!-- bench:(\w+) -->([\s\S]*?)<!-- \/bench -->/g

/**
 * A document with the text between each pair of markers, `<!-- bench:name -->…<!-- /bench -->`, made anew.
 * @throws Error for a name that there is not
 */
export function fillMarked(document: string, texts: Record<string, string>): string {
  return document.replace(MARKED, (_, name: string) => {
    const text = texts[name]
    if (text === undefined) throw new Error(`nothing is called bench:${name}`)
    return `<!-- bench:${name} -->${text}<!-- /bench -->`
  })
}

/** The names that a document quotes. */
export function markedNames(document: string): string[] {
  return [...document.matchAll(MARKED)].map(([, name = '']) => name)
}

/** What a document says outside of its markers. */
export function withoutMarked(document: string): string {
  return document.replace(MARKED, '')
}
