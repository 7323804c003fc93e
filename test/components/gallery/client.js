const { CosError } = require('miniprogram-cos')

/** What a client would answer in each state: uploads stay in the state that their name tells. */
const tasks = []
let tell

const STATES = {
  waiting: { percent: 0 },
  uploading: { percent: 0.37, speed: 2_411_724 },
  paused: { percent: 0.62 },
  success: { percent: 1 },
  error: { percent: 0.2 },
}

/** COS and the network refuse. */
const refused = new CosError({ kind: 'service', code: 'AccessDenied', message: 'Access Denied.' })
const offline = new CosError({ kind: 'network', code: 'KitNetwork', message: 'request:fail' })

const svg = (colours) =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" width="240" height="240"><defs><linearGradient id="g" x2="0" y2="1"><stop stop-color="${colours[0]}"/><stop offset="1" stop-color="${colours[1]}"/></linearGradient></defs><rect width="240" height="240" fill="url(#g)"/><circle cx="170" cy="80" r="34" fill="#fff" opacity=".8"/></svg>`,
  )}`
const PICTURE = svg(['#7fb2ff', '#ffc48a'])
const COVER = svg(['#8c6be0', '#e86a92'])

const file = (Key, Size) => ({ Key, Size: String(Size), LastModified: '2026-11-22T13:05:00.000Z' })
const FILES = [
  file('files/a photo of the sea on a long summer evening 0042.jpg', 2_516_582),
  file('files/holiday.mp4', 48_234_496),
  file('files/broken.mov', 1_048_576),
  file('files/packing list.txt', 640),
  file('files/tickets.pdf', 81_000),
  file('files/backup.zip', 1_288_490_188),
]

const client = {
  caller: async () => ({ prefix: '' }),
  on(_, listener) {
    tell = () => listener({ list: tasks })
  },
  off() {},
  getTaskList: () => tasks,
  pauseTask() {},
  restartTask() {},
  cancelTask() {},
  uploadFile({ Key, onTaskReady }) {
    const [, name] = /(\w+)-\w+\.\w+$/.exec(Key)
    const state = name === 'refused' ? 'error' : name
    const error = { refused, error: offline }[name]
    onTaskReady(Key)
    tasks.push({ id: Key, state, speed: 0, ...STATES[state], error })
    setTimeout(tell)
    return new Promise(() => {})
  },
  async getBucket({ Prefix, Marker }) {
    if (Prefix === 'loading/' || Marker) return new Promise(() => {})
    if (Prefix === 'refused/') throw refused
    const isFull = Prefix === 'files/'
    const isLong = Prefix === 'long/'
    return {
      CommonPrefixes: isFull ? [{ Prefix: 'files/trips/' }] : [],
      Contents: isFull ? FILES : isLong ? [file('long/notes.txt', 640)] : [],
      IsTruncated: String(isLong),
      NextMarker: 'long/notes.txt',
    }
  },
  deleteMultipleObject: async () => ({ Error: [] }),
  getObject: async () => ({ Body: '{"width":240}' }),
  async getObjectUrl({ Key, Query }) {
    if (Key === 'loading') return new Promise(() => {})
    if (/failed|broken/.test(Key)) return 'data:image/png,none'
    return 'ci-process' in Query ? COVER : PICTURE
  },
}

module.exports = { client }
