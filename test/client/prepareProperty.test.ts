import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import * as fc from 'fast-check'
import type { PrepareUpload } from 'miniprogram-cos'
import type * as Prepare from '../../packages/client/src/prepare'
import { AT, createFakePhone } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { COS, KEY, setWx } from '../support/recordingWx'
import { ROOT } from '../support/root'

/** Whatever fails or is cancelled while a picture is prepared, only the prepared file is ever sent. */

// Required like the client: both share the class of errors.
const { prepareUpload }: typeof Prepare = require(
  join(ROOT, 'packages/client/miniprogram_dist/prepare.js'),
)

const LIMIT = 200_000
const picture = (size: number) => {
  const bytes = new Uint8Array(size)
  bytes.set([0xff, 0xd8, 0xff, 0xe1])
  return bytes
}

const run = fc.record({
  // The outcome of each call of WeChat, in their order; those after them succeed.
  calls: fc.array(fc.record({ isFailing: fc.nat(9).map((n) => n === 0), delay: fc.nat(3) }), {
    maxLength: 20,
  }),
  isCompressing: fc.boolean(),
  event: fc.constantFrom('none', 'cancel', 'pause'),
  after: fc.nat(25),
})

/**
 * Starts a phone with a picture beyond the limit, which compression brings below it.
 * @returns the requests it sends
 */
function startPhone(outcomes: { isFailing: boolean; delay: number }[]) {
  const files: Record<string, Uint8Array> = { original: picture(300_000) }
  const phone = createFakePhone({ files, delay: 2 })
  const rest = [...outcomes]
  const uncertain = (name: string, call: (options: Untyped) => void) => (options: Untyped) => {
    const { isFailing, delay } = rest.shift() ?? { isFailing: false, delay: 0 }
    const fail = () => options.fail({ errMsg: `${name}:fail` })
    setTimeout(() => (isFailing ? fail() : call(options)), delay)
  }
  const { stat, readFile, getFileInfo } = phone.wx.getFileSystemManager()
  const fileSystem = {
    getFileInfo,
    stat: uncertain('stat', stat),
    readFile: uncertain('readFile', readFile),
  }
  const wx = {
    ...phone.wx,
    getFileSystemManager: () => fileSystem,
    getImageInfo: uncertain('getImageInfo', ({ src, success }) => {
      const width = Math.floor((files[src]?.length ?? 0) / 100)
      success({ width, height: width, orientation: 'up' })
    }),
    compressImage: uncertain('compressImage', ({ success }) => {
      files.compressed = picture(150_000)
      success({ tempFilePath: 'compressed' })
    }),
  }
  setWx(wx)
  return phone.requests
}

afterAll(() => {
  setWx()
})

test('sends the prepared file or nothing', async () => {
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(run, async ({ calls, isCompressing, event, after }) => {
      const requests = startPhone(calls)
      const cos = new COS(KEY)
      const prepareFile = prepareUpload({ compress: isCompressing, limits: { maxSize: LIMIT } })
      const prepared: string[] = []
      const prepare: PrepareUpload = async (file) => {
        const content = await prepareFile(file)
        prepared.push(content.FilePath)
        return content
      }
      let handled: Promise<unknown> | undefined
      const handleEvent = async (id: string) => {
        await sleep(after)
        if (event === 'cancel') return cos.cancelTask(id)
        cos.pauseTask(id)
        await sleep(2)
        await cos.restartTask(id)?.catch(() => undefined)
      }
      const onTaskReady = (id: string) => {
        if (event !== 'none') handled = handleEvent(id)
      }
      const file = { ...AT, Key: 'k.jpg', FilePath: 'original', prepare, onTaskReady }
      const outcome = await cos.uploadFile(file).then(
        () => 'success',
        ({ code }) => code,
      )
      // It may come after the end, and must not reach the phone of the next run.
      await handled
      outcomes.add(outcome)
      const sent = requests.map(({ filePath }) => filePath)
      expect(sent.filter((path) => path !== 'compressed')).toEqual([])
      if (!prepared.length) expect(sent).toEqual([])
      if (outcome === 'success') expect([isCompressing, sent.length > 0]).toEqual([true, true])
    }),
    { numRuns: 60, seed: 20261130, endOnFailure: true },
  )
  const all = ['KitAborted', 'KitFileRefused', 'KitFileUnreadable', 'success']
  expect([...outcomes].sort()).toEqual(expect.arrayContaining(all))
})
