import type { TaskInfo } from 'miniprogram-cos'
import { absolutePrefix, type ChosenFile, clientOf, optionsOf, refreshFileLists } from '../client'
import { chooseKey } from './key'
import { loadUploads, saveUploads } from './storage'
import { isPending, newUpload, type Upload, type UploadState, type UploadTarget } from './upload'

let uploads: Upload[] = []
let listeners: (() => void)[] = []
let isRestored = false
let isOffline = false
let lastId = 0
/** Clients whose tasks are observed. */
const observed = new Set<string>()
/** Targets of uploads that have no key yet. */
const targets = new Map<string, UploadTarget>()

/** The uploads of a list, in the order they were added. */
export function listUploads(client: string, group: string): Upload[] {
  return uploads
    .filter((one) => one.client === client && one.group === group)
    .map((one) => ({ ...one, state: shownState(one) }))
}

/** Calls a listener after each change. @returns a function that ends the subscription */
export function watchUploads(listener: () => void): () => void {
  if (!isRestored) void restore()
  listeners.push(listener)
  listener()
  return () => {
    listeners = listeners.filter((one) => one !== listener)
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
  uploads = uploads.filter((one) => one !== upload)
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
      const upload = uploads.filter((one) => one.task === id)[0]
      // A download, or an upload of the app's own.
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
    if (!upload.key && target) {
      const prefix = await absolutePrefix(client, target.prefix)
      await chooseKey(upload, prefix, target.naming, uploads)
    }
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
  return uploads.filter((one) => one.id === id)[0]
}

function changed(): void {
  saveUploads(uploads.filter(isPending))
  for (const listener of listeners) listener()
}
