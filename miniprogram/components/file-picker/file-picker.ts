import { isCancel } from '../../services/describeError'
import type { ChosenFile } from '../../services/uploads'

/**
 * Lets the user choose files when its content is tapped: album and camera, or files of a chat.
 * Events: `files` (`{ files: { path, name, size }[] }`), `problem` (`{ errMsg }`); none when cancelled.
 */
Component({
  properties: {
    /** `media`: pictures and videos. `file`: anything from a chat. */
    from: { type: String, value: 'media' },
    /** Maximum number of files; WeChat allows 20 pictures or 100 files. */
    count: { type: Number, value: 9 },
  },
  methods: {
    async onTap() {
      const { from, count } = this.data
      try {
        const files = from === 'file' ? await chooseFiles(count) : await chooseMedia(count)
        if (files.length > 0) this.triggerEvent('files', { files })
      } catch (error) {
        if (!isCancel(error)) this.triggerEvent('problem', error as object)
      }
    },
  },
})

async function chooseFiles(count: number): Promise<ChosenFile[]> {
  const { tempFiles } = await wx.chooseMessageFile({ count, type: 'all' })
  return tempFiles.map(({ path, name, size }) => ({ path, name, size }))
}

/** The album gives no file names: they are made from the time. */
async function chooseMedia(count: number): Promise<ChosenFile[]> {
  const { tempFiles } = await wx.chooseMedia({ count, mediaType: ['image', 'video'] })
  const now = new Date(Date.now() - new Date().getTimezoneOffset() * 60000)
  const stamp = now.toISOString().replace(/\D/g, '').slice(0, 14)
  return tempFiles.map(({ tempFilePath, size, fileType }, i) => {
    const ending = /\.\w+$/.exec(tempFilePath)
    const kind = fileType === 'video' ? 'VID' : 'IMG'
    const name = `${kind}_${stamp}_${i + 1}${ending ? ending[0] : ''}`
    return { path: tempFilePath, name, size }
  })
}
