const PAGES = 'https://cloud.tencent.com/document/product'

/** Pages of COS's documents that comments name, as links. */
export function linkDocuments(text: string): string {
  return text.replace(/\(document (\d+\/\d+)\)/g, `([$1](${PAGES}/$1))`)
}

/** Code within a line. */
export function code(text: string): string {
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``
}

/** Code that runs. */
export function codeBlock(text: string): string {
  return `\`\`\`ts\n${text.trim()}\n\`\`\``
}

/** What the types say: coloured alike, but nothing to run. */
export function declarationBlock(text: string): string {
  return `\`\`\`typescript\n${text.trim()}\n\`\`\``
}

/** What GitHub makes of a heading to link to. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replace(/ /g, '-')
}
