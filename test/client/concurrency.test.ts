import { writeFileSync } from 'node:fs'
import { loadModule, VirtualClock, Wire, type WireOptions } from '@miniprogram-cos/simulator'
import { runPool } from '../../packages/client/src/concurrency'
import { AutoLimit } from '../../packages/client/src/tasks/autoLimit'
import { MIB } from '../support/fakePhone'
import { CLIENT_FILE, createSimulatedPhone, type Untyped } from '../support/phones'
import { BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'

/** WeChat runs ten requests of an app at a time; uploads leave two of them to pages. */
describe('the limits of requests that run at the same time', () => {
  const AT = { Bucket: BUCKET, Region: REGION }

  const cloud = useTestCloud()

  /** A phone that counts what is under way in `wx`: all of it, and uploads alone. */
  function start(name: string) {
    const { wx, realPath } = createSimulatedPhone(cloud, name, { wire: { roundTrip: 30 } } as never)
    const most = { all: 0, uploads: 0 }
    const running = { all: 0, uploads: 0 }
    const counted: Untyped = { ...wx }
    for (const method of ['request', 'uploadFile', 'downloadFile']) {
      counted[method] = (options: Untyped) => {
        const isUpload = method === 'uploadFile' || (options.data?.byteLength ?? 0) > 0
        const count = (step: number) => {
          running.all += step
          if (isUpload) running.uploads += step
          most.all = Math.max(most.all, running.all)
          most.uploads = Math.max(most.uploads, running.uploads)
        }
        count(1)
        return (wx as Untyped)[method]({
          ...options,
          success(result: object) {
            count(-1)
            options.success(result)
          },
          fail(failure: object) {
            count(-1)
            options.fail(failure)
          },
        })
      }
    }
    const Client = loadModule<new (options: object) => Untyped>(CLIENT_FILE, { wx: counted })
    const file = (bytes: number) => {
      const path = `${wx.env.USER_DATA_PATH}/${bytes}`
      writeFileSync(realPath(path), Buffer.alloc(bytes))
      return path
    }
    return { most, Client, file }
  }

  const many = <T>(count: number, run: (index: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, i) => run(i)))

  test('runs at most 8 small uploads at a time, whatever FileParallelLimit is', async () => {
    const { most, Client, file } = start('small')
    const cos = new Client({ ...ROOT_KEY, FileParallelLimit: 32 })
    const FilePath = file(1000)
    await many(60, (i) => cos.uploadFile({ ...AT, Key: `small/${i}`, FilePath }))
    expect(most).toEqual({ all: 8, uploads: 8 })
  })

  test("runs more small uploads at a time with FileParallelLimit: 'auto' if that is faster", async () => {
    for (const [FileParallelLimit, uploads] of [
      [undefined, 3],
      ['auto', 8],
    ] as const) {
      const { most, Client, file } = start(`auto-${FileParallelLimit}`)
      const cos = new Client({ ...ROOT_KEY, FileParallelLimit })
      const FilePath = file(1000)
      await many(60, (i) => cos.uploadFile({ ...AT, Key: `auto/${i}`, FilePath }))
      expect(most.uploads).toBe(uploads)
    }
  })

  test.each([
    ['eight files of 1,000 bytes', 1000, 8],
    ['four of 1 MiB', MIB, 4],
  ])("FileParallelLimit: 'auto' begins with %s", async (_, bytes, uploads) => {
    const { most, Client, file } = start(`begin-${bytes}`)
    const cos = new Client({ ...ROOT_KEY, FileParallelLimit: 'auto' })
    const FilePath = file(bytes)
    await many(8, (i) => cos.uploadFile({ ...AT, Key: `begin/${i}`, FilePath }))
    expect(most.uploads).toBe(uploads)
  })

  test('runs at most 8 upload requests of small and multipart files, whatever SliceSize and ChunkParallelLimit are', async () => {
    const { most, Client, file } = start('mixed')
    const options = { FileParallelLimit: 20, ChunkParallelLimit: 16, SliceSize: 100_000 }
    const cos = new Client({ ...ROOT_KEY, ...options })
    const [small, large] = [file(1000), file(3 * MIB)]
    await many(24, (i) => cos.uploadFile({ ...AT, Key: `m/${i}`, FilePath: i % 2 ? small : large }))
    expect(most.uploads).toBe(8)
    expect(most.all).toBeLessThanOrEqual(10)
  })

  test('all clients of an app share the limit of 10 requests', async () => {
    const { most, Client, file } = start('several')
    const clients = [1, 2, 3].map(() => new Client({ ...ROOT_KEY, FileParallelLimit: 10 }))
    const FilePath = file(1000)
    await Promise.all(
      clients.flatMap((cos, n) => [
        many(20, (i) => cos.uploadFile({ ...AT, Key: `s${n}/${i}`, FilePath })),
        many(20, () => cos.getBucket(AT)),
        many(20, () => cos.downloadFile({ ...AT, Key: 'small/0' })),
      ]),
    )
    expect(most.all).toBe(10)
    expect(most.uploads).toBeLessThanOrEqual(8)
  })

  test('a queued call that is aborted rejects immediately and is never sent', async () => {
    const { most, Client } = start('aborted')
    const cos = new Client(ROOT_KEY)
    const listeners: (() => void)[] = []
    const signal = {
      aborted: false,
      addEventListener: (_: string, listener: () => void) => void listeners.push(listener),
      removeEventListener() {},
    }
    const others = many(10, () => cos.headBucket(AT))
    await new Promise((resolve) => setTimeout(resolve, 5))
    let sent = 0
    cos.on('before-send', () => sent++)
    const waiting = cos.headObject({ ...AT, Key: 'k', signal })
    await new Promise((resolve) => setTimeout(resolve, 5))
    signal.aborted = true
    for (const listener of listeners) listener()
    await expect(waiting).rejects.toMatchObject({ code: 'KitAborted' })
    await others
    expect(most.all).toBe(10)
  })
})

describe("the limit of 'auto'", () => {
  /** Each connection is slow; the line has bandwidth for eight of them. */
  const SLOW_CONNECTIONS = { roundTrip: 200, up: 50e6, perConnection: 6e6 }
  /** A single connection uses all of the bandwidth. */
  const FULL_LINE = { roundTrip: 50, up: 10e6 }

  /** Sends parts over simulated lines, one line after the other, in virtual time. */
  async function send(lines: [parts: number, line: WireOptions][], limit: AutoLimit | number) {
    const clock = new VirtualClock(0)
    const limits: number[] = []
    for (const [count, options] of lines) {
      const wire = new Wire(options, clock)
      const parts = Array.from({ length: count }, (_, i) => i)
      const current = () => (typeof limit === 'number' ? limit : limit._current)
      await runPool(parts, current, async () => {
        const ended = typeof limit === 'number' ? undefined : limit.begin(clock.now())
        await wire.send(MIB, 'request').done
        await wire.receive(0, 'request').done
        ended?.(MIB, clock.now())
        limits.push(current())
      })
    }
    return { milliseconds: clock.now(), limits, last: limits.slice(-20) }
  }

  test('raises the limit to 8 if each connection is slow, and halves the time', async () => {
    const auto = await send([[20, SLOW_CONNECTIONS]], new AutoLimit())
    const three = await send([[20, SLOW_CONNECTIONS]], 3)
    expect(Math.max(...auto.limits)).toBe(8)
    expect(auto.milliseconds / three.milliseconds).toBeLessThan(0.5)
  })

  test('keeps the limit at the maximum, apart from occasional trials with fewer parts', async () => {
    const auto = await send([[400, SLOW_CONNECTIONS]], new AutoLimit())
    const eight = await send([[400, SLOW_CONNECTIONS]], 8)
    expect(Math.min(...auto.last)).toBeGreaterThanOrEqual(7)
    expect(auto.milliseconds / eight.milliseconds).toBeLessThan(1.05)
  })

  test('lowers the limit if one connection fills the line, without losing speed', async () => {
    const auto = await send([[100, FULL_LINE]], new AutoLimit())
    const three = await send([[100, FULL_LINE]], 3)
    expect(Math.max(...auto.last)).toBeLessThanOrEqual(3)
    expect(auto.milliseconds / three.milliseconds).toBeLessThan(1.01)
  })

  test('does not raise the limit if parts would then time out', async () => {
    const weak = { roundTrip: 300, up: 0.75e6, perConnection: 0.336e6 }
    const auto = await send([[20, weak]], new AutoLimit())
    const three = await send([[20, weak]], 3)
    expect(Math.max(...auto.limits)).toBeLessThanOrEqual(4)
    expect(auto.milliseconds / three.milliseconds).toBeLessThan(1.05)
  })

  test('settles on a value in between if that is fastest', async () => {
    const fiveFit = { roundTrip: 100, up: 20e6, perConnection: 4e6 }
    const auto = await send([[200, fiveFit]], new AutoLimit())
    const best = await send([[200, fiveFit]], 8)
    expect(Math.max(...auto.last)).toBeLessThanOrEqual(7)
    expect(Math.min(...auto.last)).toBeGreaterThanOrEqual(4)
    expect(auto.milliseconds / best.milliseconds).toBeLessThan(1.1)
  })

  test('adapts when the phone changes networks', async () => {
    const limit = new AutoLimit()
    expect(Math.max(...(await send([[80, FULL_LINE]], limit)).last)).toBeLessThanOrEqual(3)
    expect(Math.min(...(await send([[120, SLOW_CONNECTIONS]], limit)).last)).toBeGreaterThan(6)
    expect(Math.max(...(await send([[150, FULL_LINE]], limit)).last)).toBeLessThanOrEqual(3)
  })

  test('tolerates occasional failures and random differences in speed', async () => {
    let seed = 1
    const limit = new AutoLimit()
    const clock = { now: 0 }
    // Parts in groups, each a third faster or slower by chance; one in ten fails.
    for (let group = 0; group < 60; group++) {
      const count = limit._current
      const ends = Array.from({ length: count }, () => limit.begin(clock.now))
      for (const end of ends) {
        seed = (seed * 48_271) % 2_147_483_647
        const speed = 0.67 + (seed % 1000) / 1500
        end(seed % 10 === 0 ? 0 : MIB, clock.now + 1000 / speed)
      }
      clock.now += 2000
      expect(limit._current).toBeGreaterThanOrEqual(2)
      expect(limit._current).toBeLessThanOrEqual(8)
    }
    expect(limit._current).toBeGreaterThanOrEqual(6)
  })
})
