import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FaultRule } from '@miniprogram-cos/local-cloud'
import { loadModule } from '@miniprogram-cos/simulator'
import * as fc from 'fast-check'
import type { COS as Client } from '../../packages/client/src/form'
import { signedRequests } from '../support/cosRequests'
import { createSimulatedPhone, SHORT_DELAYS } from '../support/phones'
import { ROOT } from '../support/root'
import { ALICE, FAULTS, SIGNATURE_FUNCTION, useTestCloud } from '../support/testCloud'

/**
 * Whatever happens to the upload of a form, it settles: after a success the object has the bytes of the file, after a
 * failure it has these or those from before.
 */

const FORM_FILE = join(ROOT, 'packages/client/miniprogram_dist/form.js')

const cloud = useTestCloud({ functions: [SIGNATURE_FUNCTION] })

const action = fc.constantFrom<FaultRule['action']>(
  ...FAULTS,
  { kind: 'drop', when: 'during' },
  { kind: 'error', code: 'AccessDenied' },
)

const run = fc.record({
  // The first fault is that of the first attempt.
  faults: fc.array(action, { maxLength: 5 }),
  size: fc.integer({ min: 1, max: 200_000 }),
  cancelAfter: fc.option(fc.nat(30)),
})

test('settles with the bytes of the file or the object from before', async () => {
  const { wx, realPath } = createSimulatedPhone(cloud, ALICE)
  const COS = loadModule<typeof Client>(FORM_FILE, { wx, globals: SHORT_DELAYS })
  const cos = COS.cloud()
  const { prefix } = await cos.caller()
  const signed = signedRequests(() => cloud)
  const FilePath = `${wx.env.USER_DATA_PATH}/form`
  let number = 0
  const outcomes = new Set<string>()
  await fc.assert(
    fc.asyncProperty(run, async ({ faults, size, cancelAfter }) => {
      const Key = `${prefix}property-${++number}`
      const content = randomBytes(size)
      writeFileSync(realPath(FilePath), content)
      const before = Buffer.from('before')
      await signed('PUT', Key, { body: before })
      const rules = faults.map((one, i) => ({
        action: one,
        operation: 'postObject' as const,
        nth: i + 1,
      }))
      cloud.faults.set({ rules })
      const onTaskReady = (id: string) => {
        if (cancelAfter !== null) setTimeout(() => cos.cancelTask(id), cancelAfter)
      }
      const outcome = await cos.uploadFile({ Key, FilePath, onTaskReady }).then(
        () => 'success',
        ({ kind }) => kind,
      )
      outcomes.add(outcome)
      cloud.faults.set({ rules: [] })
      const { bytes } = await signed('GET', Key)
      const expected = outcome === 'success' ? [content] : [content, before]
      expect(expected.some((one) => one.equals(bytes))).toBe(true)
    }),
    { numRuns: 40, seed: 20261130, endOnFailure: true },
  )
  // All three occur, or the property says little.
  expect([...outcomes].sort()).toEqual(expect.arrayContaining(['abort', 'service', 'success']))
})
