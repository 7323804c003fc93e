import { randomBytes } from 'node:crypto'
import { useDatabaseFunction } from '../support/databaseFunction'
import { useTestCloud } from '../support/testCloud'

const sdk = useDatabaseFunction()
const cloud = useTestCloud({ functions: [sdk.deployed] })

const PREFIX = 'cloud://local-env.6c6f-local-env-1250000000/'

test('uploads, downloads and deletes a file with the methods of wx-server-sdk', async () => {
  const text = randomBytes(300_000).toString('base64')
  const seen = await sdk.run(
    cloud,
    async (_db, { text }, sdk) => {
      const cloudPath = '照片/a b%.png'
      const { fileID } = await sdk.uploadFile({ cloudPath, fileContent: Buffer.from(text) })
      const { fileContent } = await sdk.downloadFile({ fileID })
      const urls = await sdk.getTempFileURL({ fileList: [fileID] })
      const removed = await sdk.deleteFile({ fileList: [fileID, fileID] })
      const missing = await sdk.getTempFileURL({ fileList: [fileID] })
      const failure = await sdk.downloadFile({ fileID }).catch((error) => error.errCode)
      return {
        fileID,
        isSame: String(fileContent) === text,
        urls: urls.fileList,
        removed: removed.fileList.map(({ status }) => status),
        missing: missing.fileList.map(({ status }) => status),
        failure,
      }
    },
    { text },
  )
  expect(seen).toMatchObject({
    fileID: `${PREFIX}照片/a b%.png`,
    isSame: true,
    urls: [{ status: 0, maxAge: 7200, tempFileURL: expect.stringContaining('/storage/照片/') }],
    removed: [0, -503003],
    missing: [-503003],
    // The SDK loses the code here.
    failure: -1,
  })
})

test('serves a file at its temporary address only, with length and digest', async () => {
  const url = await sdk.run(cloud, async (_db, _input, sdk) => {
    const { fileID } = await sdk.uploadFile({ cloudPath: 'a.txt', fileContent: Buffer.from('abc') })
    const { fileList } = await sdk.getTempFileURL({ fileList: [{ fileID, maxAge: 60 }] })
    return fileList[0]?.tempFileURL ?? ''
  })
  const response = await fetch(url)
  expect(await response.text()).toBe('abc')
  expect(response.headers.get('etag')).toBe('"900150983cd24fb0d6963f7d28e17f72"')
  expect(response.headers.get('content-type')).toMatch('text/plain')
  expect((await fetch(url.replace('a.txt', 'b.txt'))).status).toBe(403)
  expect((await fetch(url.replace(/t=\d+/, 't=9999999999'))).status).toBe(403)
  expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(403)
})

test('the local COS does not serve the files of cloud storage', async () => {
  await sdk.run(cloud, (_db, _input, sdk) =>
    sdk.uploadFile({ cloudPath: 'hidden.txt', fileContent: Buffer.from('x') }),
  )
  const page = await (await fetch(cloud.admin)).text()
  expect(page).not.toContain('hidden.txt')
})

test('refuses wrong parameters, and names what it does not imitate', async () => {
  const many = sdk.run(cloud, (_db, _input, sdk) =>
    sdk.getTempFileURL({ fileList: Array.from({ length: 51 }, (_, n) => `cloud://x.y/${n}`) }),
  )
  await expect(many).rejects.toThrow('fileList must have 1 to 50 files')
  const foreign = await sdk.run(cloud, (_db, _input, sdk) =>
    sdk.getTempFileURL({ fileList: ['cloud://other.bucket/a.txt'] }),
  )
  expect(foreign.fileList[0]?.status).toBe(-501007)
  const path = sdk.run(cloud, (_db, _input, sdk) =>
    sdk.uploadFile({ cloudPath: '/a.txt', fileContent: Buffer.from('x') }),
  )
  await expect(path).rejects.toThrow('invalid cloudPath')
})
