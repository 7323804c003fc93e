import { type AbortSignalLike, type CosError, cosError } from '@miniprogram-cos/protocol'
import { type AbortGroup, abortGroup } from '../abort/abortGroup'
import { type Emitter, isolated } from '../events/emitter'
import type { ResolvedOptions } from '../options'
import { soon } from '../pause'
import { pick } from '../pick'
import { asCosError } from '../request/failures'
import type { Params } from '../request/prepare'
import type { TaskMemo, TaskSteps } from './task'
import type { TaskInfo, TaskState } from './taskInfo'

interface Task {
  info: TaskInfo
  params: Params
  work: TaskSteps
  memo: TaskMemo
  group?: AbortGroup
  /** The run under way, and what it left behind. */
  running?: Promise<void> | undefined
  /** How it ends; another one once it is tried again after a failure. */
  outcome: Promise<object>
  resolve: (result: object) => void
  reject: (error: CosError) => void
  onRestart: (end: Promise<object>) => unknown
}

/**
 * The uploads of one client: at most FileParallelLimit run, the others wait in the order they came. Every
 * promise settles: with its end, or when the task is cancelled; a paused one waits.
 */
export interface TaskQueue {
  /**
   * Adds an upload and starts it when its turn comes. Nothing of its file is read before.
   * @param onRestart given how it ends then, when it is tried again after it has failed
   * @returns how it ends
   */
  add(params: Params, work: TaskSteps, onRestart: Task['onRestart']): Promise<object>
  list(): TaskInfo[]
  /** The next tasks of which nothing has been sent. */
  next(): TaskInfo[]
  /** Whether anything runs or waits. */
  isRunning(): boolean
  /** Stops a task where it is; what has arrived stays on the server. */
  pause(id: string): void
  /** Goes on with a paused task, or tries a failed one again. @returns how it ends */
  restart(id: string): Promise<object> | undefined
  /** Gives a task up: its promise rejects, and what has arrived is freed on the server. */
  cancel(id: string): void
}

/** More are not looked at. */
const NEXT = 50

/** The official client's two names of one event. */
const EVENTS = ['list-update', 'task-list-update']

export function createTaskQueue(options: ResolvedOptions, events: Emitter): TaskQueue {
  let tasks: Task[] = []
  let isTelling = false
  let lastId = 0

  const list = () => tasks.map(({ info }) => ({ ...info }))

  /** Many changes in a row are one event, and none costs anything when nobody listens. */
  const tell = () => {
    if (isTelling || !EVENTS.some((name) => events.get(name)[0])) return
    isTelling = true
    soon(() => {
      isTelling = false
      const event = { list: list() }
      for (const name of EVENTS) events.emit(name, event)
    })
  }

  const set = ({ info }: Task, state: TaskState) => {
    info.state = state
    tell()
  }

  /** Finished tasks are dropped above UploadQueueSize, the oldest first. */
  const trim = () => {
    let surplus = tasks.length - options.UploadQueueSize
    if (surplus > 0) tasks = tasks.filter((task) => !isFinished(task) || surplus-- <= 0)
  }

  /** Gives a task an end that is still open, and that nobody need listen to. */
  const renew = (task: Task) => {
    task.outcome = new Promise((resolve, reject) => {
      Object.assign(task, { resolve, reject })
    })
    task.outcome.catch(() => {})
    return task.outcome
  }

  const giveUp = async ({ running, work, memo, reject }: Task, error: CosError) => {
    // A part that is still on its way would come back to life on the server.
    await running
    await work.abandon(memo).catch(() => {})
    reject(error)
    startNext()
  }

  const succeed = (task: Task, result: object) => {
    const { info } = task
    info.loaded = info.size
    info.percent = 1
    // Done is done, also when a pause or a cancellation came too late.
    set(task, 'success')
    task.resolve(result)
    trim()
  }

  const fail = (task: Task, error: CosError) => {
    const { info, params } = task
    // Paused: it will go on. Cancelled: whoever cancelled it settles it. Restarted meanwhile: runs again.
    if (/^(paused|canceled|waiting)$/.test(info.state)) return
    if ((params.signal as AbortSignalLike | undefined)?.aborted) {
      set(task, 'canceled')
      void giveUp({ ...task, running: undefined }, error)
      return
    }
    info.error = error
    set(task, 'error')
    task.reject(error)
    trim()
  }

  const start = (task: Task) => {
    const { info, params, work, memo } = task
    set(task, 'checking')
    const group = abortGroup(params.signal as AbortSignalLike | undefined)
    task.group = group
    tellApp(params.onTaskStart, { ...info })
    const isOurs = () => task.group === group && info.state !== 'paused'
    const run = work.run({
      signal: group.signal,
      memo,
      begin(size) {
        info.size = size
        if (isOurs() && info.state === 'checking') set(task, 'uploading')
      },
      progress({ loaded, total, speed, percent }) {
        if (!isOurs()) return
        Object.assign(info, { loaded, size: total, speed, percent })
        tell()
      },
      hash({ percent }) {
        if (!isOurs()) return
        info.hashPercent = percent
        tell()
      },
    })
    task.running = run
      .then(
        (result) => succeed(task, result),
        (error) => fail(task, asCosError(error)),
      )
      .then(() => {
        group.release()
        task.running = undefined
        startNext()
      })
  }

  const startNext = () => {
    const isFull = () => tasks.filter(({ running }) => running).length >= options.FileParallelLimit
    let full = isFull()
    for (const task of tasks) {
      if (full) return
      if (task.info.state !== 'waiting' || task.running) continue
      start(task)
      full = isFull()
    }
  }

  /** The task of an id, if it is in none of these states. */
  const find = (id: string, states: RegExp) =>
    tasks.find(({ info }) => info.id === id && !states.test(info.state))

  const stop = (task: Task | undefined, state: TaskState) => {
    if (!task) return
    set(task, state)
    task.group?.abort()
  }

  return {
    list,
    add(params, work, onRestart) {
      const { Bucket, Region, Key, FilePath } = params
      lastId++
      const id = `${Date.now().toString(36)}-${lastId}-${Math.random().toString(36).slice(2, 8)}`
      const info: TaskInfo = {
        id,
        Bucket: String(Bucket || options.Bucket || ''),
        Region: String(Region || options.Region || ''),
        Key: String(Key || ''),
        ...pick({ FilePath: FilePath as string }),
        state: 'waiting',
        loaded: 0,
        size: 0,
        speed: 0,
        percent: 0,
        hashPercent: 0,
      }
      const task = { info, params, work, memo: {}, onRestart } as Task
      const end = renew(task)
      tasks.push(task)
      tellApp(params.onTaskReady, id)
      tell()
      startNext()
      return end
    },
    next() {
      const infos: TaskInfo[] = []
      for (const task of tasks) {
        const { info } = task
        if (isFinished(task) || info.state === 'paused' || info.loaded > 0) continue
        if (infos.push(info) >= NEXT) break
      }
      return infos
    },
    isRunning: () => tasks.some((task) => task.info.state !== 'paused' && !isFinished(task)),
    pause: (id) => stop(find(id, /paused|success|error|canceled/), 'paused'),
    restart(id) {
      const task = find(id, /waiting|checking|uploading|success|canceled/)
      if (!task) return undefined
      if (task.info.error) {
        delete task.info.error
        // The first end has been told.
        task.onRestart(renew(task))
      }
      set(task, 'waiting')
      startNext()
      return task.outcome
    },
    cancel(id) {
      const task = find(id, /success|canceled/)
      stop(task, 'canceled')
      if (task) void giveUp(task, cosError('abort', 'KitAborted', 'the task was canceled'))
    },
  }
}

const isFinished = ({ info }: Task) => /success|error|canceled/.test(info.state)

function tellApp(listener: unknown, event: unknown): void {
  if (listener) isolated(() => (listener as (event: unknown) => void)(event))
}
