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

/** The kind of a file as uploaders name it. */
export function mediaKind(name: string): 'image' | 'video' | 'file' {
  const kind = fileKind(name)
  return kind === 'image' || kind === 'video' ? kind : 'file'
}

/** `report.pdf` as `report (2).pdf`; the first is the name itself. */
export function numberedName(name: string, number: number): string {
  return number < 2 ? name : beforeEnding(name, ` (${number})`)
}

/** `report.pdf` as `report-k3f9x2ab.pdf`: no other file has this name. */
export function uniqueName(name: string): string {
  const random = Math.random().toString(36).slice(2, 6)
  return beforeEnding(name, `-${Date.now().toString(36)}${random}`)
}

function beforeEnding(name: string, text: string): string {
  const dot = name.lastIndexOf('.')
  return dot > 0 ? name.slice(0, dot) + text + name.slice(dot) : name + text
}

/** Shorter names are shown in one piece. */
const MIN_LENGTH = 16
/** Characters before the ending that are never cut off: they distinguish `IMG_0001` from `IMG_0002`. */
const TAIL = 6

/** A name in two pieces: the first is cut off where space is short, the second is always shown. */
export function splitName(name: string): { head: string; tail: string } {
  const dot = name.lastIndexOf('.')
  const ending = dot > 0 && name.length - dot < 8 ? name.length - dot : 0
  const cut = name.length < MIN_LENGTH ? name.length : name.length - ending - TAIL
  return { head: name.slice(0, cut), tail: name.slice(cut) }
}

export const UNITS = ['B', 'KB', 'MB', 'GB']

/** `1.5 MB` */
export function formatSize(bytes: number): string {
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1
  return `${value.toFixed(digits)} ${UNITS[unit]}`
}

const two = (value: number) => `0${value}`.slice(-2)

/** `2026-11-22 21:05` */
export function formatTime(time: number): string {
  if (!time) return ''
  const date = new Date(time)
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`
}
