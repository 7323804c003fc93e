import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SourceFiles } from '../../packages/cli/src/migrate/endpoints'
import { KeyNames, parseSelection, textsAt } from '../../packages/cli/src/migrate/plan'
import {
  type MigrationOptions,
  runMigration,
  runRollback,
  showPlan,
} from '../../packages/cli/src/migrate/runMigration'
import { runInProcess } from '../support/commandLine'
import { send } from '../support/cosRequests'
import { runSnippet } from '../support/documents'
import {
  allRecords,
  contents,
  md5,
  type Rehearsal,
  rehearsalOn,
  silentUi,
} from '../support/migration'
import { createTestPhone, type Untyped } from '../support/phones'
import { ALICE, BOB, BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud({
  collections: ['posts', 'users'],
})
let rehearsal: Rehearsal
let folder: string

beforeAll(async () => {
  rehearsal = await rehearsalOn(cloud)
})
beforeEach(async () => {
  await cloud.reset()
  folder = mkdtempSync(join(tmpdir(), 'migration-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const SELECTIONS = [parseSelection('posts.photos.url'), parseSelection('users')]

function optionsWith(changes: Partial<MigrationOptions> = {}): MigrationOptions {
  return {
    selections: SELECTIONS,
    allFiles: false,
    key: 'private/{openid}/{path}',
    folder,
    parallel: 4,
    rate: 1000,
    copyOnly: false,
    ...changes,
  }
}

/** Uploads a file to the storage. @returns its fileID */
async function upload(cloudPath: string, content: string): Promise<string> {
  const { fileID } = await rehearsal.app.uploadFile({
    cloudPath,
    fileContent: Buffer.from(content),
  } as Parameters<typeof rehearsal.app.uploadFile>[0])
  return fileID
}

/** Two posts with three photos and a user with an avatar. */
async function fill(): Promise<string[]> {
  const db = rehearsal.app.database()
  const files = [
    await upload('a/1.png', 'one'),
    await upload('a/二 %.png', 'two'),
    await upload('b/3.png', 'three'),
    await upload('avatar.jpg', 'four'),
  ]
  const [one, two, three, avatar] = files
  await db.collection('posts').add({
    _id: 'p1',
    _openid: ALICE,
    title: 'cloud is a word',
    at: new Date(5),
    photos: [{ url: one, w: 1 }, { url: two }, { url: 'https://example.com/x.png' }],
  })
  await db.collection('posts').add({ _id: 'p2', _openid: BOB, photos: [{ url: three }] })
  await db.collection('posts').add({ _id: 'p3', _openid: BOB, photos: [] })
  await db.collection('users').add({ _id: 7, _openid: ALICE, avatar: { url: avatar } })
  return files
}

test('copies files, writes their keys into the records, and undoes both', async () => {
  await fill()
  const before = [await allRecords(rehearsal, 'posts'), await allRecords(rehearsal, 'users')]
  expect(await runMigration(rehearsal, optionsWith(), silentUi())).toBe(true)
  expect(await contents(rehearsal)).toEqual({
    [`private/${ALICE}/a/1.png`]: md5('one'),
    [`private/${ALICE}/a/二 %.png`]: md5('two'),
    [`private/${BOB}/b/3.png`]: md5('three'),
    [`private/${ALICE}/avatar.jpg`]: md5('four'),
  })
  const [post] = await allRecords(rehearsal, 'posts')
  expect(post).toEqual({
    _id: 'p1',
    _openid: ALICE,
    title: 'cloud is a word',
    at: new Date(5),
    photos: [
      { url: `private/${ALICE}/a/1.png`, w: 1 },
      { url: `private/${ALICE}/a/二 %.png` },
      { url: 'https://example.com/x.png' },
    ],
  })
  expect(await allRecords(rehearsal, 'users')).toMatchObject([
    { _id: 7, avatar: { url: `private/${ALICE}/avatar.jpg` } },
  ])
  expect(await runRollback(rehearsal, { folder, keepCopies: false }, silentUi())).toBe(true)
  expect([await allRecords(rehearsal, 'posts'), await allRecords(rehearsal, 'users')]).toEqual(
    before,
  )
  expect(await contents(rehearsal)).toEqual({})
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^journal\.rolled-back-.*\.jsonl$/)])
})

test('a second run does nothing; a file that comes later is migrated by it', async () => {
  await fill()
  await runMigration(rehearsal, optionsWith(), silentUi())
  const lines = readFileSync(join(folder, 'journal.jsonl'), 'utf8')
  await runMigration(rehearsal, optionsWith(), silentUi())
  expect(readFileSync(join(folder, 'journal.jsonl'), 'utf8')).toBe(lines)
  const late = await upload('late.png', 'late')
  await rehearsal.app.database().collection('users').add({ _id: 'l', _openid: BOB, pic: late })
  expect(await runMigration(rehearsal, optionsWith(), silentUi())).toBe(true)
  expect((await rehearsal.records.get('users', 'l'))?.pic).toBe(`private/${BOB}/late.png`)
})

test('the dry run shows the plan and changes nothing', async () => {
  const [fileID] = await fill()
  const before = await allRecords(rehearsal, 'posts')
  const ui = silentUi()
  expect(await showPlan(rehearsal, optionsWith(), ui)).toBe(true)
  expect(ui.lines).toContain(`  ${fileID}\n    → private/${ALICE}/a/1.png`)
  expect(ui.lines[0]).toContain('3 records name files; 4 files')
  expect([await allRecords(rehearsal, 'posts'), await contents(rehearsal)]).toEqual([before, {}])
  expect(existsSync(join(folder, 'journal.jsonl'))).toBe(false)
})

test('reports what cannot be migrated, and migrates the rest', async () => {
  const [, , three] = await fill()
  const db = rehearsal.app.database()
  await db.collection('users').add({ _id: 'nobody', pic: three })
  await db.collection('users').add({ _id: 'gone', _openid: BOB, pic: `${three}.missing` })
  await db
    .collection('users')
    .add({ _id: 'same', _openid: BOB, pic: 'cloud://other.bucket/b/3.png' })
  await rehearsal.cos.putObject({
    Bucket: BUCKET,
    Region: REGION,
    Key: `private/${ALICE}/avatar.jpg`,
    Body: 'somebody else',
  })
  const ui = silentUi()
  expect(await runMigration(rehearsal, optionsWith(), ui)).toBe(false)
  const errors = ui.errors.join('\n')
  expect(errors).toContain('{openid}: the record has none')
  expect(errors).toContain('the file does not exist')
  expect(errors).toContain('b/3.png is the key of')
  expect(errors).toContain(`the bucket has another object private/${ALICE}/avatar.jpg`)
  expect((await rehearsal.records.get('users', 'gone'))?.pic).toBe(`${three}.missing`)
  expect((await rehearsal.records.get('posts', 'p2'))?.photos).toEqual([
    { url: `private/${BOB}/b/3.png` },
  ])
  await runRollback(rehearsal, { folder, keepCopies: false }, silentUi())
  expect(await contents(rehearsal)).toEqual({
    [`private/${ALICE}/avatar.jpg`]: md5('somebody else'),
  })
})

test('retries a download that is cut off or altered', async () => {
  await fill()
  let opened = 0
  const files: SourceFiles = {
    ...rehearsal.files,
    async open(fileID) {
      const file = await rehearsal.files.open(fileID)
      opened += 1
      if (!file || opened > 2) return file
      return opened === 1 ? { ...file, size: file.size + 1 } : { ...file, md5: md5('other') }
    },
  }
  expect(
    await runMigration({ ...rehearsal, files }, optionsWith({ parallel: 1 }), silentUi()),
  ).toBe(true)
  expect(opened).toBe(6)
  expect(Object.keys(await contents(rehearsal))).toHaveLength(4)
})

test('keeps what the app writes during the migration', async () => {
  const [one] = await fill()
  const posts = rehearsal.app.database().collection('posts')
  let isFirst = true
  const records: Rehearsal['records'] = {
    ...rehearsal.records,
    async replace(...given) {
      if (isFirst) {
        isFirst = false
        // The app removes the first photo and adds one between our read and our write.
        await posts.doc('p1').update({ photos: [{ url: 'new' }, { url: one, w: 2 }] })
      }
      return rehearsal.records.replace(...given)
    },
  }
  expect(await runMigration({ ...rehearsal, records }, optionsWith(), silentUi())).toBe(true)
  expect((await rehearsal.records.get('posts', 'p1'))?.photos).toEqual([
    { url: 'new' },
    { url: `private/${ALICE}/a/1.png`, w: 2 },
  ])
  // The elements move again before the rollback.
  const photos = [{ url: `private/${ALICE}/a/1.png`, w: 3 }, { url: 'new' }]
  await posts.doc('p1').update({ photos })
  expect(await runRollback(rehearsal, { folder, keepCopies: true }, silentUi())).toBe(true)
  expect((await rehearsal.records.get('posts', 'p1'))?.photos).toEqual([
    { url: one, w: 3 },
    { url: 'new' },
  ])
  expect(Object.keys(await contents(rehearsal))).toHaveLength(4)
})

test('a phone shows a file by its fileID and by its key', async () => {
  const [one = ''] = await fill()
  await runMigration(rehearsal, optionsWith(), silentUi())
  const phone = createTestPhone(cloud, ALICE)
  const { wx } = phone.simulator as Untyped
  wx.cloud.getTempFileURL = getTempFileURLAs(rehearsal)
  const Key = `private/${ALICE}/a/1.png`
  const { withUrls } = runSnippet('withUrls.js', {
    wx,
    modules: { 'miniprogram-cos': phone.Client },
  })
  const posts = [{ photo: one }, { photo: Key }]
  const [{ src: byFileID }, { src: byKey }] = (await withUrls(posts)) as [Untyped, Untyped]
  expect(await (await fetch(byFileID)).text()).toBe('one')
  const { pathname, search } = new URL(byKey)
  expect((await send(cloud.cos, { path: pathname + search })).body).toBe('one')

  const { cos } = phone
  await expect(cos.resolve(`${one}.missing`)).rejects.toMatchObject({
    code: 'KitFileUnreadable',
    kind: 'argument',
    message: expect.stringContaining('STORAGE_FILE_NONEXIST'),
  })
  await expect(cos.resolve('')).rejects.toMatchObject({ code: 'KitMissingParam' })
  wx.cloud.getTempFileURL = ({ fail }: Untyped) =>
    fail({ errMsg: 'cloud.getTempFileURL:fail timeout' })
  await expect(cos.resolve(one)).rejects.toMatchObject({ code: 'KitNetwork', retryable: true })
  wx.cloud.getTempFileURL = undefined
  await expect(cos.resolve(one)).rejects.toMatchObject({ code: 'KitUnsupported' })
})

/** `wx.cloud.getTempFileURL`, answered by the storage of the local cloud. */
function getTempFileURLAs({ app }: Rehearsal) {
  return ({ fileList, success }: { fileList: string[]; success: (result: object) => void }) => {
    void app.getTempFileURL({ fileList }).then((answer) => {
      const files = answer.fileList.map(({ code, tempFileURL }) => ({
        status: code === 'SUCCESS' ? 0 : -1,
        errMsg: code,
        tempFileURL,
      }))
      success({ fileList: files })
    })
  }
}

test('finds strings in a field, in arrays and in nested objects', () => {
  const record = { a: 'x', list: [{ url: 'y', 'odd.name': 'z' }, 'w'], when: new Date(0), n: 1 }
  expect(textsAt(record, 'list.url')).toEqual([{ path: 'list.0.url', text: 'y' }])
  expect(textsAt(record, 'list')).toEqual([
    { path: 'list.0.url', text: 'y' },
    { path: 'list.1', text: 'w' },
  ])
  expect(textsAt(record).map(({ path }) => path)).toEqual(['a', 'list.0.url', 'list.1'])
  expect(parseSelection('posts.photos.url')).toEqual({ collection: 'posts', field: 'photos.url' })
  expect(() => parseSelection('.x')).toThrow('is not collection.field')
})

test('the command rehearses on a local cloud', async () => {
  await fill()
  const { cos, cloudBase } = cloud
  const ready = { cos, cloudBase, bucket: BUCKET, region: REGION }
  const file = join(folder, 'cloud.json')
  const { SecretId: secretId, SecretKey: secretKey } = ROOT_KEY
  writeFileSync(file, JSON.stringify({ ...ready, secretId, secretKey }))
  const args = ['migrate', '--local-cloud', file, '--journal', join(folder, 'journal'), '--yes']
  const select = ['--records', 'posts.photos', 'users', '--key', 'private/{openid}/{path}']
  const run = (more: string[]) => runInProcess([...args, ...more])
  const { stdout, stderr } = await run(select)
  expect(stderr).toBe('')
  expect(stdout).toContain('3 records now name keys')
  expect(Object.keys(await contents(rehearsal))).toHaveLength(4)
  await run(['--rollback'])
  expect(await contents(rehearsal)).toEqual({})
})

test('the command refuses wrong input', async () => {
  const failures = [
    [['--records', 'posts'], '--key is missing'],
    [['--key', 'x'], '--records or --all-files is missing'],
    [['--key', '{user}/x', '--all-files'], 'unknown {user} in --key'],
    [['--key', 'x', '--all-files', '--parallel', 'none'], '--parallel takes a positive number'],
  ] as const
  for (const [args, message] of failures) {
    const { stderr, status } = await runInProcess(['migrate', ...args])
    expect([status, stderr]).toEqual([2, expect.stringContaining(message)])
  }
})

describe('records that users write', () => {
  const fileID = 'cloud://env.bucket/a/1.png'
  const keyOf = (template: string, record: object, text = fileID) =>
    new KeyNames(template).keyOf(text, 'posts', { _id: 'p', ...record })

  test.each([
    ['an _id with a slash', { _id: '../oBob' }, fileID],
    ['an _openid with a slash', { _openid: 'oBob/x' }, fileID],
    ['an _id of dots', { _id: '..' }, fileID],
    ['a path that goes up', {}, 'cloud://env.bucket/../../config/secret.json'],
    ['a path that goes up at its end', {}, 'cloud://env.bucket/a/..'],
    ['an empty segment', {}, 'cloud://env.bucket/a//b'],
    ['a backslash', {}, 'cloud://env.bucket/a\\..\\b'],
  ])('cannot move a file out of its folder: %s', (_, record, text) => {
    const template = 'private/{openid}/{id}/{path}'
    expect(keyOf(template, { _openid: 'oAlice', ...record }, text)).toHaveProperty('reason')
    expect(keyOf(template, { _openid: 'oAlice' })).toEqual({ Key: 'private/oAlice/p/a/1.png' })
  })

  test('an _id that looks like a fileID does not end the migration', async () => {
    const file = await upload('a/1.png', 'one')
    const posts = rehearsal.app.database().collection('posts')
    const _id = `${file}`
    await posts.add({ _id, _openid: ALICE, cover: file })
    const ui = silentUi()
    await runMigration(rehearsal, optionsWith({ selections: [parseSelection('posts')] }), ui)
    expect(ui.errors).toEqual([])
    const { data } = await posts.get()
    expect(data).toEqual([{ _id, _openid: ALICE, cover: `private/${ALICE}/a/1.png` }])
  })

  test('cannot write control characters to the terminal', async () => {
    await rehearsal.app
      .database()
      .collection('posts')
      .add({ _openid: ALICE, cover: 'cloud://\u001b[2Jx\r\n' })
    const ui = silentUi()
    await showPlan(rehearsal, optionsWith({ selections: [parseSelection('posts')] }), ui).catch(
      () => {},
    )
    expect(ui.errors.join()).toContain('cloud://')
    expect(ui.errors.join().replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})
