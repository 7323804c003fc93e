const cos = require('./client')

/** A unique name: temporary names are not, WeChat for Mac repeats them. */
function newName(tempFilePath, i) {
  const [extension = ''] = /\.\w+$/.exec(tempFilePath) || []
  return `${Date.now()}-${i}${extension}`
}

Page({
  data: { files: [], percent: 0, problem: '' },

  async onLoad() {
    const { prefix } = await cos.caller() // private/<openid>/
    this.prefix = prefix
    await this.list()
  },

  async list() {
    const { Contents } = await cos.getBucket({ Prefix: this.prefix })
    const files = Contents.map(({ Key }) => ({ Key, name: Key.slice(this.prefix.length) }))
    this.setData({ files })
  },

  async choose() {
    const { tempFiles } = await wx.chooseMedia({ count: 9, mediaType: ['image', 'video'] })
    const files = tempFiles.map(({ tempFilePath }, i) => ({
      FilePath: tempFilePath,
      Key: this.prefix + newName(tempFilePath, i),
    }))
    const { files: outcomes } = await cos.uploadFiles({
      files,
      onProgress: ({ percent }) => this.setData({ percent: Math.floor(percent * 100) }),
    })
    const failed = outcomes.find(({ error }) => error)
    // What to do about it, in the reader's language.
    this.setData({ problem: failed ? failed.error.advice.zh : '' })
    await this.list()
  },

  async show({ currentTarget }) {
    const url = await cos.getObjectUrl({ Key: currentTarget.dataset.key, Expires: 600 })
    await wx.previewMedia({ sources: [{ url }] })
  },

  async remove({ currentTarget }) {
    await cos.deleteObject({ Key: currentTarget.dataset.key })
    await this.list()
  },
})
