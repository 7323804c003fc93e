Page({
  onReady() {
    const list = this.selectComponent('#selecting')
    setTimeout(() => {
      list.onSelect()
      list.onTap({ currentTarget: { dataset: { index: 1 } } })
    }, 300)
  },
})
