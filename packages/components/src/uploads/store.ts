import type { TaskInfo } from 'miniprogram-cos'
import { absolutePrefix, type ChosenFile, clientOf, optionsOf, refreshFileLists } from '../client'
import { numberedName, uniqueName } from '../file'
import { isPending, newUpload, type Upload, type UploadState, type UploadTarget } from './upload'

/** Storage key of the unfinished uploads, which the next start of the app offers again. */
const STORAGE_KEY = 'miniprogram_cos_components_uploads'

let uploads: Upload[] = []
let listeners: (() => void)[] = []
let isRestored = false
let isOffline = false
let lastId = 0
/** What was written last: the storage is written only after a change. */
let saved = ''
/** Clients whose tasks are observed. */
const observed = new Set<string>()
/** Targets of uploads that have no key yet. */
const targets = new Map<string, UploadTarget>()

/** The uploads of a list, in the order they were added. */
export function listUploads(client: string, group: string): Upload[] {
  return uploads
    .filter((upload) => upload.client === client && upload.group === group)
    .map((upload) => ({ ...upload, state: shownState(upload) }))
}

/** Calls a listener after each change. @returns a function that ends the subscription */
export function watchUploads(listener: () => void): () => void {
  if (!isRestored) void restore()
  listeners.push(listener)
  listener()
  return () => {
    listeners = listeners.filter((other) => other !== listener)
  }
}

/** Uploads files, several at a time. They continue whichever page is open. */
export function addUploads(files: ChosenFile[], target: UploadTarget): Upload[] {
  const { client, group } = target
  const added = files.map((file) => {
    lastId++
    const id = `${Date.now().toString(36)}-${lastId}`
    return newUpload({ thumb: '', ...file, id, client, group })
  })
  uploads = [...uploads, ...added]
  for (const upload of added) {
    targets.set(upload.id, target)
    void run(upload)
  }
  changed()
  return added
}

export function pauseUpload(id: string): void {
  const upload = find(id)
  if (upload?.task) clientOf(upload.client).pauseTask(upload.task)
}

/** Resumes a paused, failed or interrupted upload. Uploaded parts are not sent again. */
export function resumeUpload(id: string): void {
  const upload = find(id)
  if (!upload) return
  upload.error = null
  if (upload.task) void clientOf(upload.client).restartTask(upload.task)
  else void run(upload)
}

/** Cancels an upload, or removes a finished one from its list. */
export function removeUpload(id: string): void {
  const upload = find(id)
  if (!upload) return
  if (upload.task) clientOf(upload.client).cancelTask(upload.task)
  else if (upload.key) void abortParts(upload)
  uploads = uploads.filter((other) => other !== upload)
  targets.delete(id)
  changed()
}

async function restore(): Promise<void> {
  isRestored = true
  uploads = [...(await loadUploads()), ...uploads]
  const setNetwork = (isConnected: boolean) => {
    isOffline = !isConnected
    changed()
  }
  wx.onNetworkStatusChange(({ isConnected }) => setNetwork(isConnected))
  wx.getNetworkType({ success: ({ networkType }) => setNetwork(networkType !== 'none') })
  changed()
}

/** Follows the tasks of a client. */
function observe(client: string): void {
  if (observed.has(client)) return
  observed.add(client)
  clientOf(client).on('list-update', ({ list }: { list: TaskInfo[] }) => {
    for (const { id, state, percent, speed, error } of list) {
      const upload = uploads.filter(({ task }) => task === id)[0]
      // A download, or an upload that the app has started itself.
      if (!upload) continue
      if (state === 'success' && upload.state !== 'success') refreshFileLists()
      upload.state = state
      upload.speed = state === 'uploading' ? speed : 0
      // Progress never goes back.
      upload.percent = Math.max(upload.percent, Math.round(percent * 100))
      upload.error = error || null
    }
    changed()
  })
}

/** The task list reports progress and errors; the promise only those from before there is a task. */
async function run(upload: Upload): Promise<void> {
  const { id, client } = upload
  try {
    const { cos, prepare, uploadParams } = optionsOf(client)
    observe(client)
    if (prepare && !upload.key) {
      upload.state = 'preparing'
      changed()
      Object.assign(upload, await prepare(chosenFile(upload)))
    }
    upload.state = 'waiting'
    const target = targets.get(id)
    if (!upload.key && target) await chooseKey(upload, target)
    // Removed meanwhile.
    if (!find(id)) return
    targets.delete(id)
    await cos.uploadFile({
      ...uploadParams,
      Key: upload.key,
      FilePath: upload.path,
      onTaskReady: (task) => {
        upload.task = task
      },
    })
  } catch (error) {
    if (upload.task) return
    upload.state = 'error'
    upload.error = error
    changed()
  }
}

const chosenFile = ({ path, name, size, type, thumb }: Upload): ChosenFile => ({
  path,
  name,
  size,
  type,
  thumb,
})

/**
 * Gives an upload a key that neither the folder nor another upload has. Temporary paths are no names, because WeChat
 * for Mac repeats them.
 */
async function chooseKey(upload: Upload, { prefix: given, naming }: UploadTarget): Promise<void> {
  const { client, name } = upload
  const prefix = await absolutePrefix(client, given)
  if (naming === 'unique') {
    upload.key = prefix + uniqueName(name)
    return
  }
  const reserve = (number: number): boolean => {
    const numbered = numberedName(name, number)
    const key = prefix + numbered
    const isReserved = uploads.some((other) => other.key === key && isPending(other))
    if (!isReserved) Object.assign(upload, { key, name: numbered })
    return !isReserved
  }
  try {
    // Reserved before COS is asked, because several uploads choose at the same time.
    for (let number = 1; !reserve(number) || (await exists(upload)); ) number++
  } catch (_) {
    // Offline, the folder cannot be listed: a number made of the time is not in use.
    reserve(Date.now())
  }
}

/** Lists the key, because COS answers 404 to a HEAD request for a missing one. */
async function exists({ client, key }: Upload): Promise<boolean> {
  const cos = clientOf(client)
  // Of miniprogram-cos/upload.
  if (!cos.getBucket) throw new Error('cannot list files')
  // The key itself is the first of all keys that begin with it.
  const { Contents } = await cos.getBucket({ Prefix: key, MaxKeys: 1 })
  return Contents.some((object) => object.Key === key)
}

/** Aborts the multipart upload of an earlier start: its parts would be stored, and paid for, until then. */
async function abortParts({ client, key }: Upload): Promise<void> {
  try {
    await clientOf(client).abortUploadTask?.({ Level: 'file', Key: key })
  } catch (_) {
    // The user has cancelled the upload; there is nothing to report.
  }
}

/** The client retries while the network is away, so its task only waits. */
function shownState({ state }: Upload): UploadState {
  return isOffline && (state === 'waiting' || state === 'uploading' || state === 'checking')
    ? 'offline'
    : state
}

function find(id: string): Upload | undefined {
  return uploads.filter((upload) => upload.id === id)[0]
}

function changed(): void {
  saveUploads()
  for (const listener of listeners) listener()
}

/** Remembers the unfinished uploads across a restart of the app. */
function saveUploads(): void {
  const pending = uploads.filter(isPending)
  // A few writes an upload, not one for each percent.
  const state = pending.map(({ id, key, percent }) => `${id} ${key} ${percent >> 3}`).join()
  if (state === saved) return
  saved = state
  try {
    wx.setStorageSync(
      STORAGE_KEY,
      pending.map((upload) => ({ ...upload, error: null })),
    )
  } catch (_) {
    // The storage is full: the uploads continue, but a restart does not offer them again.
  }
}

/** The uploads that an earlier start of the app left unfinished. */
async function loadUploads(): Promise<Upload[]> {
  const stored = wx.getStorageSync(STORAGE_KEY) as Upload[] | ''
  return Promise.all(
    (stored || []).map(async (upload) => ({
      ...upload,
      state: (await isThere(upload.path)) ? ('interrupted' as const) : ('lost' as const),
      thumb: upload.thumb && (await isThere(upload.thumb)) ? upload.thumb : '',
      speed: 0,
      task: '',
      error: null,
    })),
  )
}

function isThere(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    wx.getFileSystemManager().access({
      path,
      success: () => resolve(true),
      fail: () => resolve(false),
    })
  })
}
