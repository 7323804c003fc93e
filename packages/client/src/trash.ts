import {
  type DeleteMultipleObjectParams,
  type DeleteMultipleObjectResult,
  type DeleteObjectParams,
  type DeleteObjectResult,
  isBelow,
  type TrashedObject,
  type TrashRequest,
  type TrashResponse,
} from '@miniprogram-cos/protocol'
import type { COS } from './client'
import { runPool } from './concurrency'
import type { ConfirmedUpload } from './credentials/callFunction'
import type { FunctionProvider } from './credentials/functionProvider'
import type { Method } from './operationMethods'
import { asCosError } from './request/errors'

export interface ListTrashParams {
  /** Prefix of the keys that the deleted objects had. @default the caller's first folder that has a trash */
  Prefix?: string
  /** `NextMarker` of the previous page. @default the first page */
  Marker?: string
}

export interface ListTrashResult {
  /** At most 500 deleted objects, ordered by key. */
  Contents: TrashedObject[]
  /** The `Marker` of the next page; undefined on the last page. */
  NextMarker?: string
}

export interface RestoreParams {
  /** The key that the object had. */
  Key: string
  /** Identifies one of several deleted objects with that key. @default the most recently deleted */
  TrashId?: string
  /** Moves an object that has the key now to the trash. @default false: fails with `KitTrashConflict` */
  Overwrite?: boolean
}

/** Methods for paths whose access rule has a `trash`. The cloud functions execute them. */
export interface TrashMethods {
  /**
   * Lists deleted objects that can be restored, at most 500 per page.
   * @throws CosError `KitTrashRefused`, `KitNotCloud`
   * @example const { Contents } = await cos.listTrash()
   */
  listTrash: Method<ListTrashParams, ListTrashResult> & (() => Promise<ListTrashResult>)
  /**
   * Moves a deleted object back. `onUpload` runs as after an upload. Not to be confused with `restoreObject`, the
   * operation of COS for archived objects.
   * @throws CosError `KitTrashConflict` if another object has the key, `KitTrashRefused`, `KitNotCloud`
   * @example await cos.restore({ Key })
   */
  restore: Method<RestoreParams, TrashedObject & ConfirmedUpload>
  /**
   * Permanently deletes an object in the trash.
   * @throws CosError `KitTrashRefused`, `KitNotCloud`
   * @example await cos.erase({ Key, TrashId })
   */
  erase: Method<{ Key: string; TrashId: string }, TrashedObject>
}

/** Concurrent calls of the function: half of WeChat's limit, so that the app can send other requests. */
const MAX_CALLS = 5

/** Sends a request of the trash. @returns its entries, and the marker of the next page */
async function send(client: COS, trash: TrashRequest): Promise<TrashResponse> {
  const { Key } = trash
  const request = Key === undefined ? trash : { ...trash, Key: withoutSlash(Key) }
  // The response to this event.
  return (await client._requireProvider('trash')._call({ trash: request })) as TrashResponse
}

const withoutSlash = (key: string) => String(key).replace(/^\//, '')

/** The methods of the trash, by name. */
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
    // `send` fails for a client without a cloud function.
    return (client._provider as FunctionProvider)._confirm(withoutSlash(Key), { ...trash[0] })
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
  const trashed = Array.isArray(Objects) ? Objects.filter(isTrashed) : []
  if (!trashed[0]) return run(params)
  const others = Objects.filter((object) => !isTrashed(object))
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
  await runPool(trashed, () => MAX_CALLS, moveOne)
  return result
}

/** The deleting operations, by name. */
export type Deletions = {
  readonly [name: string]: (
    client: COS,
    // biome-ignore lint/suspicious/noExplicitAny: the params of either operation
    params: any,
    // biome-ignore lint/suspicious/noExplicitAny: the same, and its result
    run: (params: any) => Promise<any>,
  ) => Promise<object>
}

/** Delete objects on paths with a trash by the function, because no key may delete there, and other objects by COS. */
export const deletions: Deletions = { deleteObject, deleteMultipleObject }

/** Returns a filter of the objects that the function deletes. Versions are deleted by COS. */
async function trashFilter(client: COS, Bucket: string | undefined) {
  const caller = await client._caller()
  const { trashes = [] } = client._requireProvider('trash')._paths
  const isCallerBucket = !Bucket || Bucket === caller.Bucket
  return ({ Key, VersionId }: { Key: string; VersionId?: string }) =>
    isCallerBucket && !VersionId && trashes.some((path) => isBelow(path, withoutSlash(Key)))
}
