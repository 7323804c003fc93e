/**
 * File extensions by the beginning of their content type, for the files that mini programs upload; the whole registry
 * would take 36 KB. The type ends with the extension, or with the text after `=`.
 */
const TYPES = {
  'image/': 'avif bmp gif heic heif jpeg png webp jpg=jpeg svg=svg+xml',
  'audio/': 'ogg wav aac=x-aac amr m4a=mp4 mp3=mpeg',
  'video/': 'mp4 webm 3gp=3gpp m4v=x-m4v mov=quicktime',
  'text/': 'css csv html txt=plain',
  'application/':
    'json pdf xml zip doc=msword gz=gzip js=javascript ppt=vnd.ms-powerpoint xls=vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.':
    'docx=wordprocessingml.document pptx=presentationml.presentation xlsx=spreadsheetml.sheet',
}

/** The content type for a key's extension; `application/octet-stream` if unknown. */
export function contentTypeOf(key: string): string {
  const [, extension] = /\.(\w+)$/.exec(key.toLowerCase()) || []
  for (const [beginning, list] of Object.entries(TYPES)) {
    for (const item of list.split(' ')) {
      const [name, rest = name] = item.split('=')
      if (name === extension) return `${beginning}${rest}`
    }
  }
  return 'application/octet-stream'
}
