import { type AbortSignalLike, type CosError, cosError } from '@miniprogram-cos/protocol'
import { type AbortGroup, abortGroup } from '../abort/abortGroup'
import { type Emitter, isolated } from '../events/emitter'
import type { ResolvedOptions } from '../options'
import { defer } from '../pause'
import { pick } from '../pick'
import { asCosError } from '../request/failures'
import type { Params } from '../request/prepare'
import type { TaskMemo, TaskSteps } from './task'
import type { TaskInfo, TaskState } from './taskInfo'

interface Task {
  info: TaskInfo
  /** Its place in the order of arrival. */
  number: number
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

/** Milliseconds between two `list-update` events: one for each so many tasks, which are copied for it. */
const TASKS_PER_MILLISECOND = 50
const MAX_EVENT_DELAY = 500

export function createTaskQueue(options: ResolvedOptions, events: Emitter): TaskQueue {
  // Every step below costs the same however long the queue is.
  const tasks = new Map<string, Task>()
  let waiting = new Set<Task>()
  const running = new Set<Task>()
  let lastNumber = 0
  /** Whether `waiting` may be out of the order of arrival: a task was restarted. */
  let isUnordered = false
  let isEventDue = false

  const list = () => [...tasks.values()].map(({ info }) => ({ ...info }))

  /**
   * Many changes in a row are one event, and none costs anything when nobody listens. The longer the list,
   * the rarer the events, so that copying it never takes more than a small share of the time.
   */
  const emitList = () => {
    if (isEventDue || !EVENTS.some((name) => events.get(name)[0])) return
    isEventDue = true
    defer(
      () => {
        isEventDue = false
        const event = { list: list() }
        for (const name of EVENTS) events.emit(name, event)
      },
      Math.min(tasks.size / TASKS_PER_MILLISECOND, MAX_EVENT_DELAY),
    )
  }

  const set = (task: Task, state: TaskState) => {
    task.info.state = state
    if (state === 'waiting' && !task.running) waiting.add(task)
    else waiting.delete(task)
    emitList()
  }

  /** Finished tasks are dropped above UploadQueueSize, the oldest first. */
  const trim = () => {
    let surplus = tasks.size - options.UploadQueueSize
    if (surplus <= 0) return
    for (const [id, task] of tasks) {
      if (!isFinished(task)) continue
      tasks.delete(id)
      if (--surplus <= 0) return
    }
  }

  /** Gives a task an end that is still open, and that nobody need listen to. */
  const renew = (task: Task) => {
    task.outcome = new Promise((resolve, reject) => {
      Object.assign(task, { resolve, reject })
    })
    task.outcome.catch(() => {})
    return task.outcome
  }

  const abort = async ({ running: run, work, memo, reject }: Task, error: CosError) => {
    // A part that is still on its way would come back to life on the server.
    await run
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
    if (info.state === 'paused' || info.state === 'canceled' || info.state === 'waiting') return
    if ((params.signal as AbortSignalLike | undefined)?.aborted) {
      set(task, 'canceled')
      void abort({ ...task, running: undefined }, error)
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
        emitList()
      },
      hash({ percent }) {
        if (!isOurs()) return
        info.hashPercent = percent
        emitList()
      },
    })
    running.add(task)
    task.running = run
      .then(
        (result) => succeed(task, result),
        (error) => fail(task, asCosError(error)),
      )
      .then(() => {
        group.release()
        task.running = undefined
        running.delete(task)
        // Paused and restarted before this run had ended.
        if (info.state === 'waiting') wait(task)
        startNext()
      })
  }

  const wait = (task: Task) => {
    waiting.add(task)
    isUnordered = true
  }

  const startNext = () => {
    while (running.size < options.FileParallelLimit && waiting.size > 0) {
      if (isUnordered) waiting = new Set([...waiting].sort((a, b) => a.number - b.number))
      isUnordered = false
      const [task] = waiting as Iterable<Task> as [Task]
      waiting.delete(task)
      start(task)
    }
  }

  const stop = (task: Task, state: TaskState) => {
    set(task, state)
    task.group?.abort()
  }

  return {
    list,
    add(params, work, onRestart) {
      const { Bucket, Region, Key, FilePath } = params
      const number = ++lastNumber
      const id = `${Date.now().toString(36)}-${number}-${Math.random().toString(36).slice(2, 8)}`
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
      const task = { info, number, params, work, memo: {}, onRestart } as Task
      const end = renew(task)
      tasks.set(id, task)
      waiting.add(task)
      tellApp(params.onTaskReady, id)
      emitList()
      startNext()
      return end
    },
    next() {
      const infos: TaskInfo[] = []
      for (const group of [running, waiting]) {
        for (const { info } of group) {
          if (isStopped(info.state) || info.loaded > 0) continue
          if (infos.push(info) >= NEXT) return infos
        }
      }
      return infos
    },
    isRunning: () => waiting.size > 0 || [...running].some(({ info }) => !isStopped(info.state)),
    pause(id) {
      const task = tasks.get(id)
      if (task && !isStopped(task.info.state)) stop(task, 'paused')
    },
    restart(id) {
      const task = tasks.get(id)
      const state = task?.info.state
      if (!task || (state !== 'paused' && state !== 'error')) return undefined
      if (task.info.error) {
        delete task.info.error
        // The first end has been told.
        task.onRestart(renew(task))
      }
      set(task, 'waiting')
      isUnordered = true
      startNext()
      return task.outcome
    },
    cancel(id) {
      const task = tasks.get(id)
      if (!task || task.info.state === 'success' || task.info.state === 'canceled') return
      stop(task, 'canceled')
      void abort(task, cosError('abort', 'KitAborted', 'the task was canceled'))
    },
  }
}

const isFinished = ({ info: { state } }: Task) =>
  state === 'success' || state === 'error' || state === 'canceled'

const isStopped = (state: TaskState) =>
  state === 'paused' || state === 'success' || state === 'error' || state === 'canceled'

function tellApp(listener: unknown, event: unknown): void {
  if (listener) isolated(() => (listener as (event: unknown) => void)(event))
}
