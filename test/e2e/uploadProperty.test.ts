import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import type { FaultRule, LogEntry } from '@miniprogram-cos/local-cloud'
import { loadModule, type Simulator } from '@miniprogram-cos/simulator'
import type { COS } from 'miniprogram-cos'
import { seededRandom } from '../../packages/local-cloud/src/cos/faults'
import { signedRequests } from '../support/cosRequests'
import { MIB } from '../support/fakePhone'
import { CLIENT_FILE, createSimulatedPhone } from '../support/phones'
import {
  BUCKET,
  FAULTS,
  REGION,
  ROOT_KEY,
  startTestCloud,
  type TestCloud,
} from '../support/testCloud'

/** test/longer runs more. */
const RUNS = Number(process.env.UPLOAD_RUNS ?? 500)
const LANES = 4
/** All files are pieces of it. */
const POOL = randomBytes(8 * MIB)

interface Dice {
  next: () => number
  chance: (share: number) => boolean
  pick: <T>(list: readonly T[]) => T
}

/** A run that fails can be run again by its seed. */
function diceOf(seed: number): Dice {
  const next = seededRandom(seed)
  return {
    next,
    chance: (share) => next() < share,
    pick: (list) => list[Math.floor(next() * list.length)] as (typeof list)[number],
  }
}

type Options = Record<string, unknown> & {
  success?: (result: object) => void
  fail?: (failure: object) => void
}

/** One run of the app. Once killed, it neither receives nor sends anything. */
class App {
  readonly cos: COS
  #isAlive = true
  readonly #tasks = new Set<{ abort: () => void }>()
  /** Acknowledged parts, by upload and number. */
  readonly acknowledged: string[] = []
  /** Acknowledged uploads. */
  readonly begun: string[] = []

  constructor(simulator: Simulator, clockOffset: number, readFails: () => boolean) {
    const { wx } = simulator
    const guarded = (options: Options): Options => ({
      ...options,
      success: (result) => {
        if (this.#isAlive) options.success?.(result)
      },
      fail: (failure) => {
        if (this.#isAlive) options.fail?.(failure)
      },
    })
    const request = (options: Options) => {
      const own = guarded(options)
      const { success } = own
      own.success = (result) => {
        const part = /partNumber=(\d+)&uploadId=(\w+)/.exec(String(options.url))
        const { statusCode } = result as { statusCode: number }
        if (this.#isAlive && part && statusCode === 200) this.acknowledged.push(`${part[0]}`)
        const { data } = result as { data: unknown }
        const UploadId = /<UploadId>(\w+)<\/UploadId>/.exec(String(data))?.[1]
        if (this.#isAlive && UploadId && options.method === 'POST') this.begun.push(UploadId)
        success?.(result)
      }
      return this.#kept(wx.request(own as never) as never)
    }
    const fs = wx.getFileSystemManager()
    const files = {
      ...fs,
      stat: (options: Options) => fs.stat(guarded(options) as never),
      getFileInfo: (options: Options) => fs.getFileInfo(guarded(options) as never),
      readFile: (options: Options) =>
        readFails()
          ? guarded(options).fail?.({ errMsg: 'readFile:fail permission denied' })
          : fs.readFile(guarded(options) as never),
    }
    const own = {
      ...wx,
      request,
      uploadFile: (options: Options) =>
        this.#kept(wx.uploadFile(guarded(options) as never) as never),
      getFileSystemManager: () => files,
    }
    const globals = {
      // Retry delays are shortened to a twentieth.
      setTimeout: (run: () => void, milliseconds: number) =>
        setTimeout(() => {
          if (this.#isAlive) run()
        }, milliseconds / 20),
      Date: class extends Date {
        static override now() {
          return Date.now() + clockOffset
        }
      },
    }
    const Client = loadModule<typeof COS>(CLIENT_FILE, { wx: own, globals })
    this.cos = new Client({
      Bucket: BUCKET,
      Region: REGION,
      ProgressInterval: 0,
      getAuthorization: (_: object, done: (key: object) => void) =>
        done({
          TmpSecretId: ROOT_KEY.SecretId,
          TmpSecretKey: ROOT_KEY.SecretKey,
          SecurityToken: 'token',
          StartTime: Math.floor(Date.now() / 1000) - 60,
          ExpiredTime: Math.floor(Date.now() / 1000) + 1800,
        }),
    } as never)
  }

  #kept<Task extends { abort: () => void }>(task: Task): Task {
    this.#tasks.add(task)
    return task
  }

  kill(): void {
    this.#isAlive = false
    for (const task of this.#tasks) task.abort()
  }
}

const UPLOAD_FAULTS: FaultRule['action'][] = [
  ...FAULTS,
  { kind: 'drop', when: 'during' },
  { kind: 'truncate', bytes: 10 },
]

/** One to four parts; the last one is mostly short, because the bytes take most of the test's time. */
function sizeOf({ next, chance }: Dice): number {
  const size = Math.floor(next() * 3.5 * MIB) + 1
  const last = size % MIB
  return chance(0.8) ? size - last + (last % (64 * 1024)) + 1 : size
}

/** A local cloud that knows when it last answered a request. */
interface Lane {
  cloud: TestCloud
  simulator: Simulator
  lastAnswer: number
}

/** Milliseconds without any request after which an upload counts as hanging, however slow the machine is. */
const IDLE_LIMIT = 20_000

/** Runs one upload with random events. @returns what went wrong, or undefined */
async function live(seed: number, lane: Lane) {
  const { cloud, simulator } = lane
  const dice = diceOf(seed)
  const signed = signedRequests(() => cloud)
  const size = sizeOf(dice)
  const from = Math.floor(dice.next() * (POOL.length - size))
  const bytes = POOL.subarray(from, from + size)
  const Key = `run-${seed}`
  const FilePath = `${simulator.wx.env.USER_DATA_PATH}/file`
  // Some file systems write a file at once that replaces another's contents.
  rmSync(simulator.realPath(FilePath), { force: true })
  writeFileSync(simulator.realPath(FilePath), bytes)
  const rules = UPLOAD_FAULTS.filter(() => dice.chance(0.3)).map((action) => ({
    action,
    share: 0.12,
  }))
  cloud.faults.set({ seed, rules })
  let isRough = true
  const readFails = () => isRough && dice.chance(0.02)
  const start = () => new App(simulator, dice.pick([0, 0, 7_200_000, -7_200_000]), readFails)
  let app = start()
  let id = ''
  let outcome = 'none' as 'none' | 'success' | 'error' | 'canceled'
  const acknowledged: string[] = []
  const upload = () => {
    const own = app
    outcome = 'none'
    own.cos
      .uploadFile({
        Key,
        FilePath,
        onTaskReady: (given) => {
          id = given
        },
      })
      .then(
        () => {
          if (own === app) outcome = 'success'
        },
        (error: { code: string }) => {
          if (own === app) outcome = error.code === 'KitAborted' ? 'canceled' : 'error'
        },
      )
  }
  upload()
  const steps = Math.floor(dice.next() * 5)
  for (let step = 0; step < steps; step++) {
    await new Promise((resolve) => setTimeout(resolve, dice.next() * 25))
    const action = dice.pick(['pause', 'restart', 'hide', 'show', 'kill', 'network', 'cancel'])
    if (action === 'pause') app.cos.pauseTask(id)
    if (action === 'restart') void app.cos.restartTask(id)
    if (action === 'hide') simulator.hide()
    if (action === 'show') simulator.show()
    if (action === 'network') {
      simulator.setNetworkType('none')
      simulator.setNetworkType(dice.pick(['wifi', '4g']))
    }
    if (action === 'cancel' && dice.chance(0.5)) app.cos.cancelTask(id)
    if (action === 'kill') {
      acknowledged.push(...app.acknowledged)
      app.kill()
      app = start()
      upload()
    }
  }
  simulator.show()
  isRough = false
  cloud.faults.set({ rules: [] })
  lane.lastAnswer = Date.now()
  const isIdle = () => Date.now() - lane.lastAnswer > IDLE_LIMIT
  while (outcome === 'none' && !isIdle()) {
    void app.cos.restartTask(id)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  acknowledged.push(...app.acknowledged)
  const twice = acknowledged.filter((part, i) => acknowledged.indexOf(part) !== i)
  const left = async () => {
    const open = await signed('GET', '', { query: { uploads: '', prefix: Key } })
    return app.begun.filter((UploadId) => open.body.includes(UploadId))
  }
  // Aborts that failed are retried as soon as the network allows.
  const isCanceled = () => outcome === 'canceled'
  const end = Date.now() + IDLE_LIMIT
  while (isCanceled() && (await left()).length > 0 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const isOrphaned = isCanceled() && (await left()).length > 0
  app.kill()
  const read = await signed('GET', Key)
  const details = { outcome, twice, status: read.status }
  if (outcome === 'none') return { ...details, what: 'the promise never settled' }
  if (twice.length > 0) return { ...details, what: 'an acknowledged part was sent again' }
  const isWhole = read.status === 200 && read.bytes.equals(bytes)
  if (outcome === 'success' && !isWhole)
    return { ...details, what: 'the stored object differs from the file' }
  if (read.status === 200 && !isWhole) return { ...details, what: 'an incomplete object is stored' }
  if (isOrphaned) {
    const entries = (await (await fetch(`${cloud.admin}/log`)).json()) as LogEntry[]
    const trace = entries
      .filter(({ url }) => url.includes(`${Key}?`))
      .map(({ time, operation, status, code }) => `${time} ${operation} ${status} ${code ?? ''}`)
    return { ...details, trace, what: 'a cancelled upload is left on the server' }
  }
  return { ...details, what: undefined }
}

test(`${RUNS} random uploads: each settles, successful ones are complete, no part is left or sent twice`, async () => {
  const base = Number(process.env.UPLOAD_SEED ?? Math.floor(Math.random() * 2 ** 31))
  const outcomes: Record<string, number> = {}
  const wrong: object[] = []
  let next = 0
  await Promise.all(
    Array.from({ length: LANES }, async (_, i) => {
      const onCosRequest = () => {
        lane.lastAnswer = Date.now()
      }
      const cloud = await startTestCloud({ data: undefined, onCosRequest })
      const simulator = createSimulatedPhone(cloud, `lane-${i}`, { backgroundGraceMs: 5 })
      const lane: Lane = { cloud, simulator, lastAnswer: 0 }
      while (next < RUNS && wrong.length === 0) {
        const seed = base + next++
        const { what, ...details } = await live(seed, lane)
        outcomes[details.outcome] = (outcomes[details.outcome] ?? 0) + 1
        if (what) wrong.push({ seed, what, ...details })
        await cloud.reset().catch(() => {})
      }
      await cloud.end()
    }),
  )
  expect(wrong).toEqual([])
  // Otherwise the test has covered one outcome only.
  expect(outcomes.success).toBeGreaterThan(RUNS / 3)
  expect(outcomes.canceled).toBeGreaterThan(RUNS / 100)
}, 600_000)
