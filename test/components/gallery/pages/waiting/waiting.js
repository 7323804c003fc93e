wx.getNetworkType = ({ success }) => success({ networkType: 'none' })

const chosen = (name, size) => ({ path: name, name, size, type: 'file' })
const file = (name, size) => ({ key: name, ...chosen(name, size) })

Page({
  data: {
    files: [file('the sea.pdf', 2_516_582), file('tickets.pdf', 81_000), file('notes.txt', 640)],
  },
  onReady() {
    const files = [chosen('waiting.pdf', 4_194_304), chosen('uploading.mp4', 20_971_520)]
    this.selectComponent('#waiting').add(files)
    const uploader = this.selectComponent('#dragged')
    setTimeout(() => {
      uploader.onDragStart({ currentTarget: { dataset: { index: 1 } }, touches: [{ clientY: 0 }] })
      setTimeout(() => uploader.onDragMove({ touches: [{ clientY: -26 }] }), 200)
    }, 200)
  },
})
