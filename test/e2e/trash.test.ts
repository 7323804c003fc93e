import { createHash } from 'node:crypto'
import type { COS } from 'miniprogram-cos'
import { useDatabaseFunction } from '../support/databaseFunction'
import { runSnippet } from '../support/documents'
import { functionsWithConfig } from '../support/functionCalls'
import { createTestPhone } from '../support/phones'
import { at } from '../support/root'
import { ALICE, BOB, BUCKET, REGION, useTestCloud } from '../support/testCloud'

const CONFIG = `import { defineConfig } from '@miniprogram-cos/server'
  export const config = defineConfig({
    env: 'test', bucket: '${BUCKET}', region: '${REGION}',
    access: {
      'private/{openid}/**': {
        owner: ['read', 'write', 'delete', 'list'],
        trash: '30 days',
        onUpload: ({ key, size }) => ({ key, size }),
      },
      'kept/{openid}/**': { owner: ['read', 'write', 'delete'] },
    },
  })`

/** Both functions with a trash, their leases in the database. */
const database = useDatabaseFunction()
const cloud = useTestCloud(async (folder) => {
  const config = { contents: CONFIG, resolveDir: at('.') }
  return { functions: [...(await functionsWithConfig(folder, config)), database.deployed] }
})

const present = async (cos: COS, Prefix: string) =>
  (await cos.getBucket({ Prefix })).Contents.map(({ Key }) => Key)

describe.each(['keys', 'signature'] as const)('mode %s', (mode) => {
  const phone = () => createTestPhone(cloud, ALICE, {}, { mode })
  const Prefix = `private/${ALICE}/${mode}/`

  test('a deleted object is in the trash, and restored it is confirmed again', async () => {
    const { cos, Client } = phone()
    const Key = `${Prefix}照片 1.txt`
    await cos.putObject({ Key, Body: 'content' })
    const { statusCode, TrashId } = await cos.deleteObject({ Key: `/${Key}` })
    expect([statusCode, typeof TrashId]).toEqual([204, 'string'])
    await expect(cos.headObject({ Key })).rejects.toMatchObject({ statusCode: 404 })
    // Another page of the app knows only that its key had this name.
    const { Contents } = await Client.cloud({ mode }).listTrash({ Prefix })
    expect(Contents).toEqual([expect.objectContaining({ Key, TrashId, Size: 7 })])
    const restored = await cos.restore({ Key })
    expect(restored).toMatchObject({ Key, TrashId, confirm: { key: Key, size: 7 } })
    expect((await cos.getObject({ Key })).Body).toBe('content')
    expect((await cos.listTrash({ Prefix })).Contents).toEqual([])
  })

  test('deletes many, on paths with a trash and without', async () => {
    const { cos } = phone()
    const keys = ['a', 'b', 'c'].map((name) => `${Prefix}many/${name}`)
    const kept = `kept/${ALICE}/${mode}`
    for (const Key of [...keys, kept]) await cos.putObject({ Key, Body: 'x' })
    const Objects = [...keys, `private/${BOB}/x`].map((Key) => ({ Key }))
    // Signatures do not delete several objects at once.
    if (mode === 'keys') Objects.push({ Key: kept })
    const result = await cos.deleteMultipleObject({ Objects }).catch((error) => error)
    if (mode === 'signature') {
      expect(result).toMatchObject({ code: 'KitRequestRefused' })
      return
    }
    expect(result.Deleted.map(({ Key }: { Key: string }) => Key).sort()).toEqual(
      [kept, ...keys].sort(),
    )
    expect(result.Error).toEqual([expect.objectContaining({ Key: `private/${BOB}/x` })])
    expect(await present(cos, `${Prefix}many/`)).toEqual([])
    const { Contents } = await cos.listTrash({ Prefix: `${Prefix}many/` })
    expect(Contents.map(({ Key }) => Key)).toEqual(keys)
  })

  test('deletes many by the function alone', async () => {
    const { cos } = phone()
    const keys = ['a', 'b'].map((name) => `${Prefix}alone/${name}`)
    for (const Key of keys) await cos.putObject({ Key, Body: 'x' })
    const Objects = [...keys, `${Prefix}alone/none`].map((Key) => ({ Key }))
    const { Deleted, Error: failed } = await cos.deleteMultipleObject({ Objects })
    expect([Deleted.length, failed]).toEqual([3, []])
    expect(await cos.deleteMultipleObject({ Objects, Quiet: true })).toMatchObject({ Deleted: [] })
  })

  test('a conflict is refused unless Overwrite is given, and erased objects are gone', async () => {
    const { cos } = phone()
    const Key = `${Prefix}conflict`
    await cos.putObject({ Key, Body: 'old' })
    await cos.deleteObject({ Key })
    await cos.putObject({ Key, Body: 'new' })
    await expect(cos.restore({ Key })).rejects.toMatchObject({
      code: 'KitTrashConflict',
      kind: 'credentials',
    })
    const { TrashId: restoredId } = await cos.restore({ Key, Overwrite: true })
    const { Contents } = await cos.listTrash({ Prefix: Key })
    expect(Contents).toHaveLength(1)
    const TrashId = Contents[0]?.TrashId ?? ''
    expect(TrashId).not.toBe(restoredId)
    await cos.erase({ Key, TrashId })
    await expect(cos.restore({ Key })).rejects.toMatchObject({ code: 'KitTrashRefused' })
  })
})

test('the guide’s code deletes, lists and restores', async () => {
  const { cos, Client, simulator } = createTestPhone(cloud, ALICE)
  const { remove, recentlyDeleted, restore } = runSnippet('trashPage.js', {
    wx: simulator.wx,
    modules: { 'miniprogram-cos': Client },
  }) as unknown as {
    remove: (Key: string) => Promise<() => Promise<object>>
    recentlyDeleted: () => Promise<{ Key: string; TrashId: string; days: number }[]>
    restore: (file: object, askToReplace: () => Promise<boolean>) => Promise<void>
  }
  const Key = `private/${ALICE}/guide`
  await cos.putObject({ Key, Body: 'old' })
  const undo = await remove(Key)
  expect(await recentlyDeleted()).toContainEqual(expect.objectContaining({ Key, days: 30 }))
  await undo()
  await remove(Key)
  await cos.putObject({ Key, Body: 'new' })
  const file = (await recentlyDeleted()).find((one) => one.Key === Key)
  await expect(restore({ ...file }, async () => false)).rejects.toMatchObject({
    code: 'KitTrashConflict',
  })
  await restore({ ...file }, async () => true)
  expect((await cos.getObject({ Key })).Body).toBe('old')
})

test('the trash of another user is refused', async () => {
  const { cos } = createTestPhone(cloud, BOB)
  const Key = `private/${ALICE}/keys/conflict`
  await expect(cos.listTrash({ Prefix: `private/${ALICE}/` })).rejects.toMatchObject({
    code: 'KitTrashRefused',
  })
  await expect(cos.restore({ Key })).rejects.toMatchObject({ code: 'KitTrashRefused' })
  await expect(cos.deleteObject({ Key })).rejects.toMatchObject({ statusCode: 403 })
})

test('documents that a phone has added to the collection are no leases', async () => {
  const { cos } = createTestPhone(cloud, ALICE)
  const Key = `private/${ALICE}/locked`
  await cos.putObject({ Key, Body: 'x' })
  const lease = { _openid: BOB, version: 1, value: JSON.stringify({ until: 9e15 }) }
  const _id = createHash('sha256').update(Key).digest('hex').slice(0, 40)
  await database.run(
    cloud,
    async (db, data) => (await db.collection('cos_trash').add({ data }))._id,
    { ...lease, _id },
  )
  await cos.deleteObject({ Key })
  expect((await cos.listTrash({ Prefix: Key })).Contents).toHaveLength(1)
})

test('methods of the trash take a callback, and need a client with a function', async () => {
  const { cos, Client } = createTestPhone(cloud, ALICE)
  const listed = await new Promise((resolve) => cos.listTrash({}, (_, data) => resolve(data)))
  expect(listed).toHaveProperty('Contents')
  const own = new Client({ SecretId: 'a', SecretKey: 'b', Bucket: BUCKET, Region: REGION })
  await expect(own.listTrash()).rejects.toMatchObject({ code: 'KitNotCloud' })
})

test.each([
  ['the deletion is not sent', 'before', 'deleteObject'],
  ['the answer of the deletion is lost', 'after', 'deleteObject'],
  ['the answer of the copy is lost', 'after', 'putObjectCopy'],
] as const)('when %s, nothing is lost and deleting again ends it', async (_, when, operation) => {
  const { cos } = createTestPhone(cloud, ALICE)
  const Key = `private/${ALICE}/interrupted/${when}-${operation}`
  await cos.putObject({ Key, Body: 'x' })
  cloud.faults.set({ rules: [{ operation, action: { kind: 'drop', when }, times: 1 }] })
  await expect(cos.deleteObject({ Key })).rejects.toMatchObject({ retryable: true })
  cloud.faults.set({ rules: [] })
  expect((await cos.listTrash({ Prefix: Key })).Contents).not.toEqual([])
  await cos.deleteObject({ Key })
  await expect(cos.headObject({ Key })).rejects.toMatchObject({ statusCode: 404 })
  await cos.restore({ Key })
  expect((await cos.getObject({ Key })).Body).toBe('x')
})
