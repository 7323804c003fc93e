import type {
  DeleteMultipleObjectParams,
  DeleteMultipleObjectResult,
  DeleteObjectParams,
  DeleteObjectResult,
  TrashedObject,
  TrashRequest,
  TrashResponse,
} from '@miniprogram-cos/protocol'
import type { COS, Method } from './client'
import { runPool } from './concurrency'
import type { CloudCredentials } from './credentials/cloud'
import { type ConfirmedUpload, covers } from './credentials/confirm'
import { asCosError } from './request/errors'

export interface ListTrashParams {
  /** What the keys of the deleted objects begin with. @default the caller's first folder that has a trash */
  Prefix?: string
  /** `NextMarker` of the page before. */
  Marker?: string
}

export interface ListTrashResult {
  /** In the order of their keys, at most 500. */
  Contents: TrashedObject[]
  /** There is more: the `Marker` of the next page. */
  NextMarker?: string
}

export interface RestoreParams {
  /** The key that the object had. */
  Key: string
  /** Which of the deleted objects. @default the last that was deleted */
  TrashId?: string
  /** An object that has the key now is moved into the trash. @default false: `KitTrashConflict` */
  Overwrite?: boolean
}

/** What the cloud functions do with the trash of a path: see `trash` of the access rules. */
export interface TrashMethods {
  /**
   * Lists deleted objects that can be restored.
   * @throws CosError `KitTrashRefused`, `KitNotCloud`
   * @example const { Contents } = await cos.listTrash()
   */
  listTrash: Method<ListTrashParams, ListTrashResult> & (() => Promise<ListTrashResult>)
  /**
   * Moves a deleted object back. Its `onUpload` runs as after an upload. Not to be confused with `restoreObject`,
   * which is COS's for archived objects.
   * @throws CosError `KitTrashConflict` when an object has the key, `KitTrashRefused`, `KitNotCloud`
   * @example await cos.restore({ Key })
   */
  restore: Method<RestoreParams, TrashedObject & ConfirmedUpload>
  /**
   * Deletes an object in the trash for good.
   * @throws CosError `KitTrashRefused`, `KitNotCloud`
   */
  erase: Method<{ Key: string; TrashId: string }, TrashedObject>
}

/** Calls of the function that run at once, so that a mini program has room for other requests. */
const MAX_CALLS = 5

/** Sends a request of the trash. @returns its entries, and the marker of the next page */
async function send(client: COS, trash: TrashRequest): Promise<TrashResponse> {
  const { Key } = trash
  const own = Key === undefined ? trash : { ...trash, Key: withoutSlash(Key) }
  // The function answers this event so.
  return (await client._functionOf('trash').call({ trash: own })) as TrashResponse
}

const withoutSlash = (key: string) => String(key).replace(/^\//, '')

/** By the name of their method. */
export type TrashSteps = {
  // biome-ignore lint/suspicious/noExplicitAny: the params of any of them
  readonly [name: string]: (client: COS, params: any) => Promise<object>
}

export const trashMethods: TrashSteps = {
  async listTrash(client: COS, { Prefix, Marker }: ListTrashParams) {
    const { trash, NextMarker } = await send(client, { action: 'list', Prefix, Marker })
    return { Contents: trash, ...(NextMarker && { NextMarker }) }
  },
  async restore(client: COS, { Key, TrashId, Overwrite }: RestoreParams) {
    const { trash } = await send(client, { action: 'restore', Key, TrashId, Overwrite })
    // `send` has made sure of the function.
    return (client._cloud as CloudCredentials).confirm(withoutSlash(Key), { ...trash[0] })
  },
  async erase(client: COS, { Key, TrashId }: { Key: string; TrashId: string }) {
    return { ...(await send(client, { action: 'erase', Key, TrashId })).trash[0] }
  },
}

async function deleteObject(
  client: COS,
  params: DeleteObjectParams,
  run: (params: DeleteObjectParams) => Promise<DeleteObjectResult>,
): Promise<DeleteObjectResult> {
  const isTrashed = await trashFilter(client, params.Bucket)
  if (!isTrashed(params)) return run(params)
  const { trash } = await send(client, { action: 'delete', Key: params.Key })
  const [{ TrashId } = {}]: Partial<TrashedObject>[] = trash
  return { statusCode: 204, headers: {}, ...(TrashId && { TrashId }) }
}

async function deleteMultipleObject(
  client: COS,
  params: DeleteMultipleObjectParams,
  run: (params: DeleteMultipleObjectParams) => Promise<DeleteMultipleObjectResult>,
): Promise<DeleteMultipleObjectResult> {
  const isTrashed = await trashFilter(client, params.Bucket)
  const { Objects, Quiet } = params
  const moved = Array.isArray(Objects) ? Objects.filter(isTrashed) : []
  if (!moved[0]) return run(params)
  const others = Objects.filter((one) => !isTrashed(one))
  const result: DeleteMultipleObjectResult = others[0]
    ? await run({ ...params, Objects: others })
    : { statusCode: 200, headers: {}, Deleted: [], Error: [] }
  const moveOne = async ({ Key }: { Key: string }) => {
    try {
      await send(client, { action: 'delete', Key })
      if (!Quiet) result.Deleted.push({ Key })
    } catch (error) {
      const { code: Code, message: Message } = asCosError(error)
      result.Error.push({ Key, Code, Message })
    }
  }
  await runPool(moved, () => MAX_CALLS, moveOne)
  return result
}

/** By the name of their method. */
export type Deletions = {
  readonly [name: string]: (
    client: COS,
    // biome-ignore lint/suspicious/noExplicitAny: the params of either operation
    params: any,
    // biome-ignore lint/suspicious/noExplicitAny: the same, and its result
    run: (params: any) => Promise<any>,
  ) => Promise<object>
}

/** Deletes by the function what lies on a path with a trash, where no key may delete, and the rest by COS. */
export const deletions: Deletions = { deleteObject, deleteMultipleObject }

/** Tells which objects the function deletes. Versions are COS's own. */
async function trashFilter(client: COS, Bucket: string | undefined) {
  const place = await client._place()
  const { trashes = [] } = client._cloud?.paths ?? {}
  const isThere = !Bucket || Bucket === place.Bucket
  return ({ Key, VersionId }: { Key: string; VersionId?: string }) =>
    isThere && !VersionId && trashes.some((path) => covers(path, withoutSlash(Key)))
}
