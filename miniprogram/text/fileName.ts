export type FileKind = 'image' | 'video' | 'text' | 'document' | 'file'

const ENDINGS: Record<string, FileKind> = {
  bmp: 'image',
  gif: 'image',
  jpeg: 'image',
  jpg: 'image',
  png: 'image',
  webp: 'image',
  m4v: 'video',
  mov: 'video',
  mp4: 'video',
  webm: 'video',
  csv: 'text',
  json: 'text',
  log: 'text',
  md: 'text',
  txt: 'text',
  xml: 'text',
  doc: 'document',
  docx: 'document',
  pdf: 'document',
  ppt: 'document',
  pptx: 'document',
  xls: 'document',
  xlsx: 'document',
}

/** The kind of a file, by the extension of its name. */
export function fileKind(name: string): FileKind {
  const ending = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return ENDINGS[ending] || 'file'
}

/** Whether a text can be the name of a file or a folder. */
export function isName(text: string): boolean {
  return text !== '' && !/[/\\]/.test(text) && !/^\.+$/.test(text)
}
