export type FileKind = 'image' | 'video' | 'text' | 'document' | 'file'

const ENDINGS: [FileKind, RegExp][] = [
  ['image', /\.(?:bmp|gif|heic|jpe?g|png|webp)$/i],
  ['video', /\.(?:m4v|mov|mp4|webm)$/i],
  ['text', /\.(?:csv|json|log|md|txt|xml)$/i],
  ['document', /\.(?:docx?|pdf|pptx?|xlsx?)$/i],
]

/** The kind of a file, by the ending of its name. */
export function fileKind(name: string): FileKind {
  for (const [kind, ending] of ENDINGS) if (ending.test(name)) return kind
  return 'file'
}

/** `report.pdf` as `report (2).pdf`; the first is the name itself. */
export function numberedName(name: string, number: number): string {
  return number < 2 ? name : beforeEnding(name, ` (${number})`)
}

/** `report.pdf` as `report-k3f9x2ab.pdf`: nobody else has this name. */
export function uniqueName(name: string): string {
  const random = Math.random().toString(36).slice(2, 6)
  return beforeEnding(name, `-${Date.now().toString(36)}${random}`)
}

function beforeEnding(name: string, text: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) + text + name.slice(dot) : name + text
}
