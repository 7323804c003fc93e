import { phoneFiles } from './phoneFiles'

/** The address under which the browser finds what an app calls `src`; empty if it is not there. */
export async function addressOf(src: string): Promise<string> {
  if (src.startsWith('wxfile://')) return phoneFiles.urlOf(src).catch(() => '')
  if (/^https?:\/\//.test(src)) return `/wx/net?url=${encodeURIComponent(src)}`
  if (src === '' || src.startsWith('data:')) return src
  return `/app/${src.replace(/^\//, '')}`
}
