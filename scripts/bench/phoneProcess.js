/**
 * One client in a fresh process, under a `wx` that answers at once: what it costs to load and to run.
 * `node --expose-gc phoneProcess.js <client file> <measurement>` prints a JSON object. Plain JavaScript, so that
 * nothing but Node is loaded before the client.
 */
const [file, measurement] = process.argv.slice(2)
const MIB = 1024 * 1024
const AT = { Bucket: 'media-1250000000', Region: 'ap-guangzhou' }
const KEY = { SecretId: 'AKIDexampleexampleexampleexample0000', SecretKey: 'secretexample' }
const UPLOAD =
  '<R><UploadId>u</UploadId><ETag>&quot;e&quot;</ETag><IsTruncated>false</IsTruncated></R>'
const ROOTS = [
  ['uploads', 'GET', 'ListMultipartUploadsResult'],
  ['uploads', 'POST', 'InitiateMultipartUploadResult'],
  ['uploadId', 'POST', 'CompleteMultipartUploadResult'],
]

const due = []
/** One answer in each turn of the event loop, as a phone gives them: between two others have theirs. */
const answerNext = () => {
  due.shift()()
  if (due.length > 0) setImmediate(answerNext)
}
const later = (run, milliseconds = 1) =>
  setTimeout(() => {
    if (due.push(run) === 1) setImmediate(answerNext)
  }, milliseconds)
/** What the next GET of a bucket is answered with. */
let listing = ''
let onRequest = () => {}
let fileSize = 0
/** Milliseconds until an upload is answered. */
let answerTime = 5
/** What each read of a file gives; without one, new memory as on a phone. */
let content
/** All that was read. */
let given = []

globalThis.window = undefined
globalThis.wx = {
  canIUse: () => true,
  getAppBaseInfo: () => ({ SDKVersion: '3.8.0' }),
  getDeviceInfo: () => ({}),
  getSystemInfoSync: () => ({ SDKVersion: '3.8.0' }),
  getStorageSync: () => '',
  setStorageSync() {},
  removeStorageSync() {},
  getFileSystemManager: () => ({
    stat: ({ success }) =>
      later(() => success({ stats: { size: fileSize, isDirectory: () => false } })),
    getFileInfo: ({ success }) => later(() => success({ size: fileSize, digest: 'd' })),
    readFile: ({ length = fileSize, success }) =>
      later(() => {
        const data = content ?? new ArrayBuffer(length)
        given.push(new WeakRef(data))
        success({ data })
      }),
  }),
  request(options) {
    onRequest()
    const { method, url } = options
    const search = url.split('?')[1] ?? ''
    const [, , root] = ROOTS.find(([name, verb]) => search.includes(name) && verb === method) ?? []
    const data = root ? UPLOAD.replaceAll('R>', `${root}>`) : method === 'GET' ? listing : ''
    const answer = { statusCode: 200, header: { ETag: '"e"', 'x-cos-request-id': 'r' }, data }
    if (method === 'GET' || method === 'HEAD') options.success(answer)
    // Unfinished requests are in memory.
    else later(() => options.success(answer), answerTime)
    return { abort() {} }
  },
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
/** Milliseconds that this process has worked: what else the machine does is not in it. */
const worked = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
/** Milliseconds of work of one call. */
const timed = async (run) => {
  const started = worked()
  await run()
  return worked() - started
}
/** Calls per second of CPU time: the median of batches, since one call is shorter than the clock's step. */
async function rate(run, batch = 400) {
  const { Bench } = await import('tinybench')
  let calls = 0
  const bench = new Bench({
    now: worked,
    time: 0,
    iterations: 9,
    warmupTime: 0,
    warmupIterations: 15,
    throws: true,
  })
  bench.add('batch', async () => {
    for (let i = 0; i < batch; i++) await run(calls++)
  })
  const [task] = await bench.run()
  return (batch / task.result.latency.p50) * 1000
}

const MEASUREMENTS = {
  /** Milliseconds to load, and KiB that stay. */
  async load() {
    globalThis.gc()
    const before = process.memoryUsage().heapUsed
    const milliseconds = await timed(() => require(file))
    globalThis.gc()
    return { milliseconds, heap: (process.memoryUsage().heapUsed - before) / 1024 }
  },

  /** Signatures and signed requests per second, and milliseconds of a listing. */
  async compute() {
    const COS = require(file)
    const request = {
      Method: 'PUT',
      Key: 'a/photo 1.jpg',
      Query: { partNumber: '1', uploadId: 'u' },
    }
    const sign = (KeyTime) => COS.getAuthorization({ ...KEY, ...AT, ...request, KeyTime })
    const cos = new COS(KEY)
    const cached = await rate(() => sign('1700000000;1700001800'))
    const uncached = await rate((i) => sign(`${1700000000 + i};1700009999`))
    const requests = await rate((i) => cos.headObject({ ...AT, Key: `photo ${i}.jpg` }))
    const keys = Array.from(
      { length: 1000 },
      (_, i) =>
        `<Contents><Key>private/user/photo-${i}.jpg</Key><LastModified>2024-01-01T00:00:00.000Z</LastModified><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag><Size>${i * 1000}</Size><Owner><ID>1250000000</ID><DisplayName>1250000000</DisplayName></Owner><StorageClass>STANDARD</StorageClass></Contents>`,
    )
    listing = `<?xml version="1.0"?><ListBucketResult><Name>media-1250000000</Name><Prefix/><Marker/><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${keys.join('')}</ListBucketResult>`
    const times = []
    for (let i = 0; i < 40; i++) {
      const time = await timed(async () => {
        const { Contents } = await cos.getBucket(AT)
        if (Contents.length !== 1000) throw new Error('keys are missing')
      })
      if (i >= 10) times.push(time)
    }
    return { cached, uncached, requests, listing: median(times) }
  },

  /** MiB of file content in memory at the worst moment of 20 queued 4 MiB uploads. */
  async memory() {
    const COS = require(file)
    const peak = async (options) => {
      const cos = new COS({ ...KEY, ...options })
      fileSize = 4 * MIB
      let most = 0
      onRequest = () => {
        setImmediate(() => {
          // Counted one by one: V8 frees them in its own time, also after a collection.
          globalThis.gc()
          given = given.filter((one) => one.deref())
          most = Math.max(
            most,
            given.reduce((sum, one) => sum + (one.deref()?.byteLength ?? 0), 0),
          )
        })
      }
      const uploads = Array.from({ length: 20 }, (_, i) =>
        cos.uploadFile({ ...AT, Key: `${i}`, FilePath: `wxfile://${i}` }),
      )
      await Promise.all(uploads)
      return most / MIB
    }
    const whole = await peak({ SimpleUploadMethod: 'putObject', SliceSize: 8 * MIB })
    return { whole, parts: await peak({}) }
  },

  /** Microseconds of work for each of so many uploads that are queued at once. */
  async queue(listener) {
    const COS = require(file)
    fileSize = 10
    answerTime = 0
    content = new ArrayBuffer(fileSize)
    const perFile = async (count) => {
      const cos = new COS({ ...KEY, SimpleUploadMethod: 'putObject', FileParallelLimit: 8 })
      if (listener) cos.on('list-update', listener)
      const upload = (_, i) => cos.uploadFile({ ...AT, Key: `${i}`, FilePath: `wxfile://${i}` })
      globalThis.gc()
      const time = await timed(() => Promise.all(Array.from({ length: count }, upload)))
      return (time * 1000) / count
    }
    await perFile(1000)
    const small = []
    for (let i = 0; i < 3; i++) small.push(await perFile(1000))
    const thousand = median(small)
    const tenThousand = await perFile(10_000)
    return { thousand, tenThousand, growth: tenThousand / thousand }
  },

  /** The same while the app listens to the list of tasks. */
  queueListened: () => MEASUREMENTS.queue(() => {}),

  /** The longest time in milliseconds that the app can do nothing while 100 MiB go up in parts. */
  async standstill(options) {
    const COS = require(file)
    const cos = new COS({ ...KEY, ...options })
    content = new ArrayBuffer(MIB)
    let longest = 0
    let isOver = false
    let last = 0
    const tick = () => {
      const now = worked()
      longest = Math.max(longest, now - last)
      last = now
      if (!isOver) setImmediate(tick)
    }
    const upload = (size) => {
      fileSize = size
      return cos.sliceUploadFile({ ...AT, Key: 'k', FilePath: 'wxfile://f' })
    }
    // The first upload warms up; what it costs to come to speed is no part's doing.
    await upload(4 * MIB)
    last = worked()
    tick()
    await upload(100 * MIB)
    isOver = true
    return { longest }
  },

  /** The same with an MD5 of every part. */
  standstillMd5: () => MEASUREMENTS.standstill({ UploadCheckContentMd5: true }),
}

MEASUREMENTS[measurement]().then(
  (measured) => process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit(0)),
  (error) => {
    process.stderr.write(`${error?.stack ?? JSON.stringify(error)}\n`)
    process.exit(1)
  },
)
