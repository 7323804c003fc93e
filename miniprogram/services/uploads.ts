import type { TaskInfo, TaskState } from 'miniprogram-cos'
import { cos } from './cos'
import type { Problem } from './describeError'
import { describeError } from './describeError'
import { keyOf } from './folder'

export interface ChosenFile {
  path: string
  name: string
  /** Bytes. */
  size: number
}

/** An upload as a page shows it. */
export interface Upload extends ChosenFile {
  id: string
  /** Path in the user's folder. */
  target: string
  /** `interrupted`: the app ended before it did. `lost`: and its file is no longer on the phone. */
  state: TaskState | 'interrupted' | 'lost'
  /** 0 to 100. */
  percent: number
  /** Bytes per second. */
  speed: number
  problem: Problem | null
}

/** Uploads that had not ended when the app did are offered again. */
const STORAGE_KEY = 'unfinished_uploads'

interface Row {
  upload: Upload
  task: string
}

let rows: Row[] = []
let listeners: ((uploads: Upload[]) => void)[] = []
let isRestored = false
let finished = 0
let lastId = 0

/** All uploads, the newest first. They go on whatever page is open. */
export function listUploads(): Upload[] {
  return rows.map(({ upload }) => ({ ...upload }))
}

/** How many have succeeded since the app was started: a list that shows files looks again when it grows. */
export function countFinished(): number {
  return finished
}

/** @returns ends the subscription */
export function watchUploads(listener: (uploads: Upload[]) => void): () => void {
  listeners.push(listener)
  listener(listUploads())
  return () => {
    listeners = listeners.filter((one) => one !== listener)
  }
}

/** Uploads files into a folder, several at a time. */
export function startUploads(files: ChosenFile[], folder: string): void {
  for (const file of files) {
    lastId++
    const upload: Upload = {
      ...file,
      id: `${Date.now()}-${lastId}`,
      target: folder + file.name,
      state: 'waiting',
      percent: 0,
      speed: 0,
      problem: null,
    }
    const row = { upload, task: '' }
    rows = [row, ...rows]
    void run(row)
  }
  changed()
}

export function pauseUpload(id: string): void {
  const row = find(id)
  if (row) cos.pauseTask(row.task)
}

/** Goes on with a paused, failed or interrupted upload. What has arrived is not sent again. */
export function goOnWithUpload(id: string): void {
  const row = find(id)
  if (!row) return
  row.upload.problem = null
  if (row.task) cos.restartTask(row.task)
  else void run(row)
}

/** Gives an upload up, or takes a finished one off the list. */
export function dropUpload(id: string): void {
  const row = find(id)
  if (row?.task) cos.cancelTask(row.task)
  else if (row) void freeParts(row.upload)
  rows = rows.filter((one) => one !== row)
  changed()
}

export function dropFinished(): void {
  rows = rows.filter(({ upload }) => upload.state !== 'success')
  changed()
}

/** Offers what an earlier start of the app has left unfinished. */
export async function restoreUploads(): Promise<void> {
  if (isRestored) return
  isRestored = true
  const stored = wx.getStorageSync(STORAGE_KEY) as Upload[] | ''
  for (const upload of stored || []) {
    const state = (await isThere(upload.path)) ? 'interrupted' : 'lost'
    rows = [...rows, { upload: { ...upload, state, speed: 0, problem: null }, task: '' }]
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
    // A pause keeps what the bar has shown.
    upload.percent = Math.max(upload.percent, Math.round(percent * 100))
    upload.problem = error ? describeError(error) : null
  }
  changed()
})

/** The task list tells how it goes; the promise adds nothing but what fails before there is a task. */
async function run(row: Row): Promise<void> {
  const { upload } = row
  try {
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

/** What an earlier start of the app has sent would be kept, and paid for, until somebody gives it up. */
async function freeParts({ target }: Upload): Promise<void> {
  try {
    await cos.abortUploadTask({ Level: 'file', Key: await keyOf(target) })
  } catch (_) {
    // The user has given the upload up; there is nothing to tell.
  }
}

function find(id: string): Row | undefined {
  return rows.filter(({ upload }) => upload.id === id)[0]
}

function changed(): void {
  const uploads = listUploads()
  const unfinished = uploads.filter(({ state }) => state !== 'success' && state !== 'canceled')
  const ids = unfinished.map(({ id, percent }) => `${id} ${percent}`).join()
  if (ids !== saved) {
    saved = ids
    wx.setStorageSync(STORAGE_KEY, unfinished)
  }
  for (const listener of listeners) listener(uploads)
}

/** What is in the storage: it is written only when there is something new. */
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
