import type { Upload } from './upload'

/** Storage key of the unfinished uploads, which the next start of the app offers again. */
const STORAGE_KEY = 'miniprogram_cos_components_uploads'

/** The value written last: the storage is written only after a change. */
let saved = ''

/** Remembers the unfinished uploads across a restart of the app. */
export function saveUploads(uploads: Upload[]): void {
  // A few writes an upload, not one for each percent.
  const changed = uploads.map(({ id, key, percent }) => `${id} ${key} ${percent >> 3}`).join()
  if (changed === saved) return
  saved = changed
  try {
    wx.setStorageSync(
      STORAGE_KEY,
      uploads.map((upload) => ({ ...upload, error: null })),
    )
  } catch (_) {
    // The storage is full: the uploads continue, but a restart does not offer them again.
  }
}

/** The uploads that an earlier start of the app left unfinished. */
export async function loadUploads(): Promise<Upload[]> {
  const stored = wx.getStorageSync(STORAGE_KEY) as Upload[] | ''
  return Promise.all(
    (stored || []).map(async (upload) => ({
      ...upload,
      state: (await isThere(upload.path)) ? ('interrupted' as const) : ('lost' as const),
      thumb: upload.thumb && (await isThere(upload.thumb)) ? upload.thumb : '',
      speed: 0,
      task: '',
      error: null,
    })),
  )
}

function isThere(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    wx.getFileSystemManager().access({
      path,
      success: () => resolve(true),
      fail: () => resolve(false),
    })
  })
}
