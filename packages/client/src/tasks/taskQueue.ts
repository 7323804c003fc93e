import { type AbortSignalLike, CosError } from '@miniprogram-cos/protocol'
import { type AbortGroup, abortGroup } from '../abort/abortGroup'
import { type Emitter, isolated } from '../events/emitter'
import type { ResolvedOptions } from '../options'
import { soon } from '../pause'
import { asCosError } from '../request/failures'
import type { Params } from '../request/prepare'
import type { TaskInfo, TaskMemo, TaskWork } from './task'

interface Task {
  info: TaskInfo
  params: Params
  work: TaskWork
  memo: TaskMemo
  group: AbortGroup | undefined
  /** The run under way, and what it left behind. */
  running: Promise<void> | undefined
  settle: { resolve: (result: object) => void; reject: (error: CosError) => void }
}

const FINISHED = ['success', 'error', 'canceled']

/**
 * The uploads of one client: at most FileParallelLimit run, the others wait in the order they came. Every
 * promise settles: with its end, or when the task is cancelled; a paused one waits.
 */
export class TaskQueue {
  private readonly options: ResolvedOptions
  private readonly events: Emitter
  private tasks: Task[] = []
  private isTelling = false
  private lastId = 0

  constructor(options: ResolvedOptions, events: Emitter) {
    this.options = options
    this.events = events
  }

  /** Adds an upload and starts it when its turn comes. Nothing of its file is read before. */
  add(params: Params, work: TaskWork): Promise<object> {
    return new Promise((resolve, reject) => {
      const { Bucket, Region, Key, FilePath } = params
      this.lastId++
      const id = `${Date.now().toString(36)}-${this.lastId}-${Math.random().toString(36).slice(2, 8)}`
      const info: TaskInfo = {
        id,
        Bucket: String(Bucket ?? this.options.Bucket ?? ''),
        Region: String(Region ?? this.options.Region ?? ''),
        Key: String(Key ?? ''),
        ...(FilePath === undefined ? {} : { FilePath: String(FilePath) }),
        state: 'waiting',
        loaded: 0,
        size: 0,
        speed: 0,
        percent: 0,
        hashPercent: 0,
      }
      this.tasks.push({
        info,
        params,
        work,
        memo: {},
        group: undefined,
        running: undefined,
        settle: { resolve, reject },
      })
      const ready = params.onTaskReady as ((id: string) => void) | undefined
      if (ready) isolated(() => ready(id))
      this.tell()
      this.startNext()
    })
  }

  list(): TaskInfo[] {
    return this.tasks.map(({ info }) => ({ ...info }))
  }

  /** The next tasks of which nothing has been sent. */
  next(): TaskInfo[] {
    const infos: TaskInfo[] = []
    for (const { info } of this.tasks) {
      if (isFinished(info.state) || info.state === 'paused' || info.loaded > 0) continue
      if (infos.push(info) >= NEXT) break
    }
    return infos
  }

  /** Whether anything runs or waits. */
  isRunning(): boolean {
    return this.tasks.some(({ info }) => info.state !== 'paused' && !isFinished(info.state))
  }

  /** Stops a task where it is; what has arrived stays on the server. */
  pause(id: string): void {
    const task = this.find(id)
    if (!task || isFinished(task.info.state) || task.info.state === 'paused') return
    this.set(task, 'paused')
    task.group?.abort()
  }

  /** Goes on with a paused task, or tries a failed one again. */
  restart(id: string): void {
    const task = this.find(id)
    if (!task || (task.info.state !== 'paused' && task.info.state !== 'error')) return
    delete task.info.error
    this.set(task, 'waiting')
    this.startNext()
  }

  /** Gives a task up: its promise rejects, and what has arrived is freed on the server. */
  cancel(id: string): void {
    const task = this.find(id)
    if (!task || task.info.state === 'canceled' || task.info.state === 'success') return
    this.set(task, 'canceled')
    task.group?.abort()
    void this.giveUp(task, new CosError(CANCELED))
  }

  private async giveUp(task: Task, error: CosError): Promise<void> {
    // A part that is still on its way would come back to life on the server.
    await task.running
    await task.work.abandon(task.memo).catch(() => {})
    task.settle.reject(error)
    this.startNext()
  }

  private find(id: string): Task | undefined {
    return this.tasks.filter(({ info }) => info.id === id)[0]
  }

  private startNext(): void {
    const isFull = () =>
      this.tasks.filter((one) => one.running).length >= this.options.FileParallelLimit
    let full = isFull()
    for (const task of this.tasks) {
      if (full) return
      if (task.info.state !== 'waiting' || task.running) continue
      this.start(task)
      full = isFull()
    }
  }

  private start(task: Task): void {
    const { info, params, work, memo } = task
    this.set(task, 'checking')
    const group = abortGroup(params.signal as AbortSignalLike | undefined)
    task.group = group
    const started = params.onTaskStart as ((info: TaskInfo) => void) | undefined
    if (started) isolated(() => started({ ...info }))
    const isOurs = () => task.group === group && info.state !== 'paused'
    const run = work.run({
      signal: group.signal,
      memo,
      begin: (size) => {
        info.size = size
        if (isOurs() && info.state === 'checking') this.set(task, 'uploading')
      },
      progress: ({ loaded, total, speed, percent }) => {
        if (!isOurs()) return
        Object.assign(info, { loaded, size: total, speed, percent })
        this.tell()
      },
    })
    task.running = run
      .then(
        (result) => this.succeed(task, result),
        (error: unknown) => this.fail(task, asCosError(error)),
      )
      .then(() => {
        group.release()
        task.running = undefined
        this.startNext()
      })
  }

  private succeed(task: Task, result: object): void {
    const { info } = task
    info.loaded = info.size
    info.percent = 1
    // Done is done, also when a pause or a cancellation came too late.
    this.set(task, 'success')
    task.settle.resolve(result)
    this.trim()
  }

  private fail(task: Task, error: CosError): void {
    const { state } = task.info
    // Paused: it will go on. Cancelled: whoever cancelled it settles it. Restarted meanwhile: runs again.
    if (state === 'paused' || state === 'canceled' || state === 'waiting') return
    if ((task.params.signal as AbortSignalLike | undefined)?.aborted) {
      this.set(task, 'canceled')
      task.running = undefined
      void this.giveUp(task, error)
      return
    }
    task.info.error = error
    this.set(task, 'error')
    task.settle.reject(error)
    this.trim()
  }

  private set(task: Task, state: TaskInfo['state']): void {
    task.info.state = state
    this.tell()
  }

  /** Finished tasks are dropped above UploadQueueSize, the oldest first. */
  private trim(): void {
    const surplus = this.tasks.length - this.options.UploadQueueSize
    if (surplus <= 0) return
    let dropped = 0
    this.tasks = this.tasks.filter(({ info }) => !isFinished(info.state) || ++dropped > surplus)
  }

  /** Many changes in a row are one event, and none costs anything when nobody listens. */
  private tell(): void {
    if (this.isTelling || !EVENTS.some((name) => this.events.get(name)[0])) return
    this.isTelling = true
    soon(() => {
      this.isTelling = false
      const event = { list: this.list() }
      for (const name of EVENTS) this.events.emit(name, event)
    })
  }
}

/** More are not looked at. */
const NEXT = 50

/** The official client's two names of one event. */
const EVENTS = ['list-update', 'task-list-update']

const CANCELED = { kind: 'abort', code: 'KitAborted', message: 'the task was canceled' } as const

function isFinished(state: TaskInfo['state']): boolean {
  return FINISHED.indexOf(state) >= 0
}
