import type { FileKind } from '../text/fileKind'

/** Pictures and videos go to the album, documents are opened, anything else can be sent to a chat. */
export async function saveToPhone(
  filePath: string,
  fileName: string,
  kind: FileKind | '',
): Promise<void> {
  if (kind === 'image') await wx.saveImageToPhotosAlbum({ filePath })
  else if (kind === 'video') await wx.saveVideoToPhotosAlbum({ filePath })
  // Its menu saves and forwards.
  else if (kind === 'document') await wx.openDocument({ filePath, showMenu: true })
  else await wx.shareFileMessage({ filePath, fileName })
}
