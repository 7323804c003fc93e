import type { TaskInfo, TaskState } from 'miniprogram-cos'
import { numberedName } from '../text/fileName'
import { cos } from './cos'
import type { Problem } from './describeError'
import { describeError } from './describeError'
import { exists, keyOf } from './folder'

export interface ChosenFile {
  path: string
  name: string
  /** Bytes. */
  size: number
}

/** An upload as a page shows it. */
export interface Upload extends ChosenFile {
  id: string
  /** Path in the user's folder; empty until a free one is found. */
  target: string
  /** `interrupted`: the app was closed. `lost`: its file is no longer on the phone. */
  state: TaskState | 'interrupted' | 'lost'
  /** 0 to 100. */
  percent: number
  /** Bytes per second. */
  speed: number
  problem: Problem | null
}

/** Storage key of the unfinished uploads, which the next start of the app offers again. */
const STORAGE_KEY = 'unfinished_uploads'

interface Row {
  upload: Upload
  /** Folder of a new upload. */
  folder: string
  task: string
}

let rows: Row[] = []
let listeners: ((uploads: Upload[]) => void)[] = []
let isRestored = false
let finished = 0
let lastId = 0

/** All uploads, the newest first. They continue whichever page is open. */
export function listUploads(): Upload[] {
  return rows.map(({ upload }) => ({ ...upload }))
}

/** Number of uploads that succeeded since the start of the app; the list of files reloads when it changes. */
export function countFinished(): number {
  return finished
}

/** @returns a function that ends the subscription */
export function watchUploads(listener: (uploads: Upload[]) => void): () => void {
  listeners.push(listener)
  listener(listUploads())
  return () => {
    listeners = listeners.filter((one) => one !== listener)
  }
}

/**
 * Uploads files into a folder, several at a time. A file never replaces another: its name is numbered if the
 * folder has it already. Temporary paths are no names, because WeChat for Mac repeats them.
 */
export function startUploads(files: ChosenFile[], folder: string): void {
  for (const file of files) {
    lastId++
    const upload: Upload = {
      ...file,
      id: `${Date.now()}-${lastId}`,
      target: '',
      state: 'waiting',
      percent: 0,
      speed: 0,
      problem: null,
    }
    const row = { upload, folder, task: '' }
    rows = [row, ...rows]
    void run(row)
  }
  changed()
}

export function pauseUpload(id: string): void {
  const row = find(id)
  if (row) cos.pauseTask(row.task)
}

/** Resumes a paused, failed or interrupted upload. Uploaded parts are not sent again. */
export function resumeUpload(id: string): void {
  const row = find(id)
  if (!row) return
  row.upload.problem = null
  if (row.task) cos.restartTask(row.task)
  else void run(row)
}

/** Cancels an upload, or removes a finished one from the list. */
export function removeUpload(id: string): void {
  const row = find(id)
  if (row?.task) cos.cancelTask(row.task)
  else if (row) void abortParts(row.upload)
  rows = rows.filter((one) => one !== row)
  changed()
}

export function removeFinished(): void {
  rows = rows.filter(({ upload }) => upload.state !== 'success')
  changed()
}

/** Lists the uploads that an earlier start of the app left unfinished. */
export async function restoreUploads(): Promise<void> {
  if (isRestored) return
  isRestored = true
  const stored = wx.getStorageSync(STORAGE_KEY) as Upload[] | ''
  for (const upload of stored || []) {
    const state = (await isThere(upload.path)) ? 'interrupted' : 'lost'
    rows = [
      ...rows,
      { upload: { ...upload, state, speed: 0, problem: null }, folder: '', task: '' },
    ]
  }
  changed()
}

cos.on('list-update', ({ list }: { list: TaskInfo[] }) => {
  for (const { id, state, percent, speed, error } of list) {
    const row = rows.filter(({ task }) => task === id)[0]
    if (!row) continue
    const { upload } = row
    if (state === 'success' && upload.state !== 'success') finished++
    upload.state = state
    upload.speed = state === 'uploading' ? speed : 0
    // The progress bar never goes back.
    upload.percent = Math.max(upload.percent, Math.round(percent * 100))
    upload.problem = error ? describeError(error) : null
  }
  changed()
})

/** The task list reports progress and errors; the promise only those from before there is a task. */
async function run(row: Row): Promise<void> {
  const { upload } = row
  try {
    if (!upload.target) await chooseTarget(row)
    const Key = await keyOf(upload.target)
    if (!find(upload.id)) return
    await cos.uploadFile({
      Key,
      FilePath: upload.path,
      onTaskReady: (id) => {
        row.task = id
      },
    })
  } catch (error) {
    if (row.task) return
    upload.state = 'error'
    upload.problem = describeError(error)
    changed()
  }
}

/** Gives the upload a path that neither the folder nor another upload has. */
async function chooseTarget({ upload, folder }: Row): Promise<void> {
  const { name } = upload
  const reserve = (number: number): boolean => {
    const numbered = numberedName(name, number)
    const target = folder + numbered
    const isReserved = rows.some((row) => row.upload.target === target && isPending(row.upload))
    if (!isReserved) Object.assign(upload, { target, name: numbered })
    return !isReserved
  }
  try {
    // Reserved before COS is asked, because several uploads choose at the same time.
    for (let number = 1; !reserve(number) || (await exists(upload.target)); ) number++
  } catch (_) {
    // Offline, the folder cannot be listed: a number made of the time is not in use.
    reserve(Date.now())
  }
}

function isPending({ state }: Upload): boolean {
  return state !== 'success' && state !== 'canceled'
}

/** Aborts the multipart upload of an earlier start: its parts would be stored, and paid for, until then. */
async function abortParts({ target }: Upload): Promise<void> {
  try {
    await cos.abortUploadTask({ Level: 'file', Key: await keyOf(target) })
  } catch (_) {
    // The user has cancelled the upload; there is nothing to report.
  }
}

function find(id: string): Row | undefined {
  return rows.filter(({ upload }) => upload.id === id)[0]
}

function changed(): void {
  const uploads = listUploads()
  const unfinished = uploads.filter(isPending)
  const ids = unfinished.map(({ id, percent }) => `${id} ${percent}`).join()
  if (ids !== saved) {
    saved = ids
    wx.setStorageSync(STORAGE_KEY, unfinished)
  }
  for (const listener of listeners) listener(uploads)
}

/** The stored uploads: the storage is written only after a change. */
let saved = ''

function isThere(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    wx.getFileSystemManager().access({
      path,
      success: () => resolve(true),
      fail: () => resolve(false),
    })
  })
}
