const FILE = 'M6 3.5h8.5L19 8v12.5H6zM14 3.8V8.5h4.7'

/** What the components show: paths in a square of 24, drawn as lines. */
const SHAPES: Record<string, string> = {
  folder:
    'M3 7.5A1.5 1.5 0 0 1 4.5 6h4.2l2 2.3h8.8A1.5 1.5 0 0 1 21 9.8v8a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.8z',
  image:
    'M5.5 4.5h13a2 2 0 0 1 2 2v11a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2v-11a2 2 0 0 1 2-2zM7.6 9.8h2M4 17l5-4.5 3.5 3 3-2.5 4.5 4',
  video:
    'M5.5 5h13a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2V7a2 2 0 0 1 2-2zM10.3 9.3l4.6 2.7-4.6 2.7z',
  text: 'M6 3.5h8.5L19 8v12.5H6zM9 11h7M9 14h7M9 17h4',
  chat: 'M4 5h16v11.5h-9L6.5 20v-3.5H4zM8 9h8M8 12.5h5',
  pause: 'M9 6v12M15 6v12',
  resume: 'M8 5.5L18 12 8 18.5z',
  close: 'M6.5 6.5l11 11M17.5 6.5l-11 11',
  retry: 'M19 12a7 7 0 1 1-2.2-5.1M19.5 4v4h-4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  drag: 'M5 8h14M5 12h14M5 16h14',
  offline:
    'M3 3l18 18M5 10.5a10 10 0 0 1 4-2.3M12.5 7.6A10 10 0 0 1 19 10.5M8.5 14a5 5 0 0 1 3.5-1.5M12 17.5v.2',
  trash: 'M4.5 7h15M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13',
  chevron: 'M9.5 6l6 6-6 6',
  warn: 'M12 4l9 15.5H3zM12 10v4.5M12 17v.3',
}

/** A line icon in the colour of the text around it. */
Component({
  properties: {
    /** `folder`, `image`, `pause` …; any other is shown as a file. */
    name: String,
    /** The path of the app's own icon; replaces `name`. */
    path: String,
    /** rpx */
    size: { type: Number, value: 40 },
  },
  data: { style: '' },
  observers: {
    'name, path, size'(name: string, path: string, size: number) {
      const mask = `url("data:image/svg+xml,${encodeURIComponent(svg(path || SHAPES[name] || FILE))}")`
      this.setData({
        style: `width:${size}rpx;height:${size}rpx;-webkit-mask-image:${mask};mask-image:${mask}`,
      })
    },
  },
})

const svg = (path: string) =>
  `<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24' fill='none' stroke='#000' stroke-width='1.7' stroke-linecap='round' stroke-linejoin='round'><path d='${path}'/></svg>`
