/** A documentation comment, by its parts. */
export interface DocComment {
  summary: string
  returns?: string
  default?: string
  deprecated?: string
  throws: string[]
  examples: string[]
}

/** Reads a comment as api-extractor gives it back. */
export function readDocComment(comment: string): DocComment {
  const text = comment
    .replace(/^\/\*\*\s?|\s*\*\/\s*$/g, '')
    .replace(/^[ \t]*\* ?/gm, '')
    // What api-extractor adds to constructors.
    .replace(/^\s*Constructs a new instance of the `\w+` class\s*/, '')
  const [summary = '', ...blocks] = text.split(
    /(?:^|(?<= ))@(?=(?:throws|example|returns|default|deprecated)\b)/m,
  )
  const read: DocComment = { summary: oneLine(summary), throws: [], examples: [] }
  for (const block of blocks) {
    const [, tag = '', content = ''] = block.match(/^(\w+)\s*([\s\S]*)$/) ?? []
    if (tag === 'example') read.examples.push(content.trim())
    else if (tag === 'throws') read.throws.push(oneLine(content))
    else read[tag as 'returns' | 'default' | 'deprecated'] = oneLine(content)
  }
  return read
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim()
}
