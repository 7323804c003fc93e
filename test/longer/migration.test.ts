import { spawn } from 'node:child_process'
import { randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CLI } from '../support/commandLine'
import { allRecords, contents, md5, type Rehearsal, rehearsalOn } from '../support/migration'
import { useFolder } from '../support/projectFiles'
import { BUCKET, REGION, ROOT_KEY, startTestCloud, type TestCloud } from '../support/testCloud'

const FILES = 300
const ROUNDS = 30
/** Kills of one command before it may end. */
const KILLS = 2

let cloud: TestCloud
let rehearsal: Rehearsal
const folder = useFolder()

/** Content of each key that the migration is to make. */
const expected: Record<string, string> = {}

beforeAll(async () => {
  cloud = await startTestCloud({ collections: ['albums'], data: undefined })
  rehearsal = await rehearsalOn(cloud)
  const { cos, cloudBase } = cloud
  const { SecretId: secretId, SecretKey: secretKey } = ROOT_KEY
  const ready = { cos, cloudBase, bucket: BUCKET, region: REGION, secretId, secretKey }
  writeFileSync(join(folder, 'cloud.json'), JSON.stringify(ready))
  const albums = rehearsal.app.database().collection('albums')
  let photos: string[] = []
  for (let n = 0; n < FILES; n++) {
    const content = randomBytes(randomInt(20_000))
    const cloudPath = `photos/${n % 7}/${n}.bin`
    const options = { cloudPath, fileContent: content }
    const { fileID } = await rehearsal.app.uploadFile(
      options as Parameters<typeof rehearsal.app.uploadFile>[0],
    )
    const user = `user${n - (n % 3)}`
    expected[`private/${user}/${cloudPath}`] = md5(content)
    photos.push(fileID)
    if (n % 3 < 2) continue
    await albums.add({ _id: `album${n}`, _openid: user, photos, cover: { url: photos[0] } })
    photos = []
  }
}, 120_000)
afterAll(() => cloud.end())

/** Runs the command, kills it with SIGKILL several times, then lets it end. */
async function runWithKills(args: string[]): Promise<number> {
  let kills = 0
  for (let run = 0; ; run++) {
    const child = spawn(
      process.execPath,
      [
        CLI,
        'migrate',
        '--local-cloud',
        'cloud.json',
        '--journal',
        join(folder, 'journal'),
        ...args,
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] },
    )
    // The command takes about a second to load, and then some seconds for the files.
    const timer =
      run < KILLS ? setTimeout(() => child.kill('SIGKILL'), 300 + randomInt(2500)) : undefined
    const [code, signal] = await once(child, 'exit')
    clearTimeout(timer)
    if (signal === 'SIGKILL') {
      kills += 1
      continue
    }
    expect(code).toBe(0)
    return kills
  }
}

const OPTIONS = [
  '--records',
  'albums',
  '--key',
  'private/{openid}/{path}',
  '--rate',
  '2000',
  '--yes',
]

let start: Record<string, unknown>[]
let kills = 0

describe(`${FILES} files are migrated and rolled back, with kill -9 at random moments`, () => {
  beforeAll(async () => {
    start = await allRecords(rehearsal, 'albums')
  })

  test.each(Array.from({ length: ROUNDS }, (_, n) => n + 1))(
    'round %i',
    async () => {
      kills += await runWithKills(OPTIONS)
      expect(await contents(rehearsal)).toEqual(expected)
      expect(await allRecords(rehearsal, 'albums')).toEqual(start.map(migrated))
      kills += await runWithKills(['--rollback', '--yes'])
      expect(await allRecords(rehearsal, 'albums')).toEqual(start)
      expect(await contents(rehearsal)).toEqual({})
    },
    120_000,
  )

  test('commands were killed', () => expect(kills).toBeGreaterThan(0))
})

function migrated(album: Record<string, unknown>): object {
  return JSON.parse(JSON.stringify(album).replace(/cloud:\/\/[^/]+/g, `private/${album._openid}`))
}
