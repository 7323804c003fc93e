import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, rmSync } from 'node:fs'
import type { FaultRule } from '@miniprogram-cos/local-cloud'
import { loadModule } from '@miniprogram-cos/simulator'
import * as fc from 'fast-check'
import type { COS } from 'miniprogram-cos'
import { signedRequests } from '../support/cosRequests'
import { MIB } from '../support/fakePhone'
import { CLIENT_FILE, createKillablePhone } from '../support/phones'
import { BUCKET, FAULTS, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'
import { until } from '../support/until'

/**
 * Whatever happens to a download, its file is in the end one version of the object, byte for byte, and nothing else is
 * left on the phone.
 */

const POOL = randomBytes(16 * MIB)

const cloud = useTestCloud()
let number = 0

const action = fc.oneof(
  fc.constantFrom(...FAULTS),
  fc.nat(MIB).map((bytes): FaultRule['action'] => ({ kind: 'truncate', bytes })),
)

const run = fc.record({
  faults: fc.array(action, { maxLength: 3 }),
  seed: fc.nat(),
  size: fc.integer({ min: 3 * MIB, max: 7 * MIB }),
  from: fc.nat(8 * MIB),
  events: fc.array(
    fc.record({
      after: fc.nat(40),
      event: fc.constantFrom('pause', 'restart', 'hide', 'kill', 'network', 'change', 'cancel'),
    }),
    { maxLength: 5 },
  ),
})

/** Starts the app on a phone that may have run it before. */
function start(name: string) {
  const phone = createKillablePhone(cloud, name)
  const globals = {
    // Retry delays are shortened to a twentieth.
    setTimeout: (later: () => void, milliseconds: number) => setTimeout(later, milliseconds / 20),
  }
  const Client = loadModule<typeof COS>(CLIENT_FILE, { wx: phone.wx, globals })
  const key = {
    TmpSecretId: ROOT_KEY.SecretId,
    TmpSecretKey: ROOT_KEY.SecretKey,
    SecurityToken: 'token',
    StartTime: Math.floor(Date.now() / 1000) - 60,
    ExpiredTime: Math.floor(Date.now() / 1000) + 1800,
  }
  const cos = new Client({
    Bucket: BUCKET,
    Region: REGION,
    ProgressInterval: 0,
    getAuthorization: (_, done) => done(key),
  })
  return { ...phone, cos }
}

test('survives lost connections, errors, changes of the object, pauses and the end of the app', async () => {
  const signed = signedRequests(() => cloud)
  await fc.assert(
    fc.asyncProperty(run, async ({ faults, seed, size, from, events }) => {
      const name = `property-${++number}`
      const versions = [POOL.subarray(from, from + size)]
      const put = (body: Buffer) => signed('PUT', name, { body })
      cloud.faults.set({ rules: [] })
      await put(versions[0] as Buffer)
      const rules = faults.map((one) => ({
        action: one,
        operation: 'getObject' as const,
        share: 0.15,
      }))
      cloud.faults.set({ seed, rules })
      let app = start(name)
      const FilePath = `${app.wx.env.USER_DATA_PATH}/file`
      let id = ''
      let outcome = 'none'
      /** Follows the last call; a write of a killed app may still damage the file of the first one. */
      const follow = (end: Promise<object>) => {
        const own = app
        outcome = 'none'
        const ended = end.then(
          () => 'success',
          ({ code }) => code,
        )
        void ended.then((how) => {
          if (own === app) outcome = how
        })
      }
      const download = () => {
        const onTaskReady = (given: string) => {
          id = given
        }
        follow(app.cos.downloadFile({ Key: name, FilePath, onTaskReady }))
      }
      const restart = () => {
        const end = app.cos.restartTask(id)
        if (end) follow(end)
      }
      download()
      for (const { after, event } of events) {
        await new Promise((resolve) => setTimeout(resolve, after))
        if (event === 'pause') app.cos.pauseTask(id)
        if (event === 'restart') restart()
        if (event === 'hide') app.simulator.hide()
        if (event === 'cancel') app.cos.cancelTask(id)
        if (event === 'network') {
          app.simulator.setNetworkType('none')
          app.simulator.setNetworkType('4g')
        }
        if (event === 'change') {
          const body = POOL.subarray(from + 1, from + 1 + size)
          versions.push(body)
          await put(body)
        }
        if (event === 'kill') {
          app.kill()
          app = start(name)
          download()
        }
      }
      cloud.faults.set({ rules: [] })
      app.simulator.show()
      const isOver = () => outcome === 'success' || outcome === 'KitAborted'
      await until(() => {
        restart()
        return isOver()
      }, `the end of ${name}`)
      const folder = app.simulator.realPath(app.wx.env.USER_DATA_PATH)
      const left = readdirSync(folder)
      const stored = app.wx.getStorageSync('miniprogram_cos_downloads') || []
      expect([left, stored]).toEqual([outcome === 'success' ? ['file'] : [], []])
      if (outcome === 'success') {
        const content = readFileSync(app.simulator.realPath(FilePath))
        expect(versions.some((version) => version.equals(content))).toBe(true)
      }
      app.kill()
      rmSync(folder, { recursive: true })
    }),
    { numRuns: 40, seed: 20261130, endOnFailure: true },
  )
})
