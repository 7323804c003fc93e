import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LOCAL_ROOT_KEY, startLocalCloud } from '@miniprogram-cos/local-cloud'
import { createSimulator } from '@miniprogram-cos/simulator'
import COS from 'miniprogram-cos'
import { afterAll, beforeAll, expect, test } from 'vitest'

let cloud

beforeAll(async () => {
  cloud = await startLocalCloud()
  const folder = mkdtempSync(join(tmpdir(), 'phone-'))
  globalThis.wx = createSimulator({ folder, route: () => cloud.cos, urlCheck: false }).wx
})
afterAll(() => cloud.close())

test('an object that was written can be read', async () => {
  const cos = new COS({ ...LOCAL_ROOT_KEY, Bucket: 'media-1250000000', Region: 'ap-guangzhou' })
  await cos.putObject({ Key: 'a.txt', Body: 'content' })
  expect((await cos.getObject({ Key: 'a.txt' })).Body).toBe('content')
})
