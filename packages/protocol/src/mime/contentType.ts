/**
 * File extensions by how their content type begins: what mini programs upload, not the whole registry
 * (36 KB). The rest of the type is the extension, or stands after it.
 */
const TYPES = {
  'image/':
    'avif bmp gif heic heif jpeg png webp jpg=jpeg tif=tiff tiff svg=svg+xml ico=vnd.microsoft.icon',
  'audio/': 'ogg wav aac=x-aac amr flac=x-flac m4a=mp4 mp3=mpeg wma=x-ms-wma',
  'video/':
    'mp4 mpeg webm 3gp=3gpp avi=x-msvideo flv=x-flv m4v=x-m4v mkv=x-matroska mov=quicktime mpg=mpeg ts=mp2t wmv=x-ms-wmv',
  'text/': 'css csv html htm=html log=plain md=markdown txt=plain',
  'application/':
    'json pdf rtf xml zip 7z=x-7z-compressed apk=vnd.android.package-archive doc=msword gz=gzip js=javascript m3u8=vnd.apple.mpegurl ppt=vnd.ms-powerpoint rar=vnd.rar tar=x-tar xls=vnd.ms-excel',
  'application/vnd.openxmlformats-officedocument.':
    'docx=wordprocessingml.document pptx=presentationml.presentation xlsx=spreadsheetml.sheet',
}

/** The content type that a key's extension stands for; `application/octet-stream` if unknown. */
export function contentTypeOf(key: string): string {
  const extension = /\.([^./]+)$/.exec(key)?.[1]?.toLowerCase()
  for (const [beginning, list] of Object.entries(TYPES)) {
    for (const item of list.split(' ')) {
      const [name, rest = name] = item.split('=')
      if (name === extension) return `${beginning}${rest}`
    }
  }
  return 'application/octet-stream'
}
