import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { CLIENT_FILE } from '../support/phones'
import { ALICE, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud()

test('the built client signs, uploads, lists, reads and deletes in QuickJS, which has no JIT', async () => {
  const host = join(__dirname, 'quickjs/host.mjs')
  const args = [host, dirname(CLIENT_FILE), cloud.cos, cloud.functions, ALICE]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  const Key = `private/${ALICE}/图 & 1.txt`
  expect(JSON.parse(stdout)).toEqual({
    Key,
    ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
    Body: 'content 内容',
    url: expect.stringContaining('q-sign-algorithm=sha1'),
    listed: [Key],
    missing: [true, 404, 'string'],
    refused: 'AccessDenied',
  })
})
