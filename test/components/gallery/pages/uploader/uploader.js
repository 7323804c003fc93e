const NAMES = [
  'waiting.jpg',
  'uploading.mp4',
  'paused.pdf',
  'error.txt',
  'refused.zip',
  'success.png',
]

Page({
  data: {
    files: [
      { key: 'sea.jpg', name: 'the sea.jpg', size: 2_516_582 },
      {
        key: 'contract.pdf',
        name: 'contract of a very long name, second version 0002.pdf',
        size: 640,
      },
    ],
  },
  onReady() {
    const states = this.selectComponent('#states')
    states.add(
      NAMES.map((name, i) => ({
        ...{ path: name, name: `holiday ${name}`, size: 4_194_304 * (i + 1) },
        type: /jpg|png/.test(name) ? 'image' : 'file',
      })),
    )
  },
})
