import type { Emitter } from '../callbacks'
import { createAbortController, defer } from '../concurrency'
import type { ResolvedOptions } from '../options'
import { type AutoLimit, createAutoLimit } from './autoLimit'
import {
  type TaskInfo,
  type TaskMemo,
  type TaskObserver,
  type TaskParams,
  type TaskSteps,
  TransferTask,
} from './task'

/** Maximum number of tasks that are considered when scopes are predicted. */
const MAX_NEXT = 50

/** Two names of the same event, as in the official client. */
const EVENTS = ['list-update', 'task-list-update']

/** The delay of an event grows with the number of tasks, because each event copies the list. */
const TASKS_PER_MILLISECOND = 50
const MAX_EVENT_DELAY = 500

/**
 * The uploads of one client: at most FileParallelLimit run, the others wait in order of arrival. The cost of a step does
 * not depend on the length of the queue. Downloads are listed too, but start immediately.
 */
export class TaskQueue implements TaskObserver {
  private readonly _tasks = new Map<string, TransferTask>()
  private _waiting = new Set<TransferTask>()
  /** The running uploads, each with the function that records its end for `_auto`. */
  private readonly _running = new Map<TransferTask, ReturnType<AutoLimit['begin']> | undefined>()
  /** Created with the first upload, if FileParallelLimit is 'auto'. */
  private _auto: AutoLimit | undefined
  private _lastNumber = 0
  /** Whether `_waiting` may not be in order of arrival, because a task was restarted. */
  private _isUnordered = false
  private _isEventDue = false

  constructor(
    private readonly _options: ResolvedOptions,
    private readonly _events: Emitter,
  ) {}

  /** Adds an upload and starts it when its turn comes. Its file is not read before. */
  add(params: TaskParams, steps: TaskSteps): Promise<object> {
    const task = new TransferTask(++this._lastNumber, params, steps, this, this._options)
    const outcome = task._outcome
    this._tasks.set(task._info.id, task)
    if (!task._info.type) this._waiting.add(task)
    task._announce()
    this._emit()
    this._startDownload(task)
    this._startNext()
    return outcome
  }

  get(id: string): TransferTask | undefined {
    return this._tasks.get(id)
  }

  list(): TaskInfo[] {
    return [...this._tasks.values()].map(({ _info: info }) => ({ ...info }))
  }

  /** Running and waiting tasks that have not sent anything, in order. */
  next(): TaskInfo[] {
    const infos: TaskInfo[] = []
    for (const group of [this._running.keys(), this._waiting]) {
      for (const task of group) {
        if (task._isStopped || task._info.loaded > 0) continue
        if (infos.push(task._info) >= MAX_NEXT) return infos
      }
    }
    return infos
  }

  /** Whether a task runs or waits. */
  _isRunning(): boolean {
    return [...this._running.keys(), ...this._waiting].some((task) => !task._isStopped)
  }

  /** A download does not wait for uploads; the parts of all downloads have a limit of their own. */
  private _startDownload(task: TransferTask): void {
    const { type, state } = task._info
    if (type && state === 'waiting' && !task._running) task.start()
  }

  _onChange({ _info: { type, state, size, loaded } }: TransferTask): void {
    this._emit()
    if (!this._auto || type || state !== 'uploading' || loaded) return
    // The size is known now.
    this._auto.expect(size)
    this._startNext()
  }

  _onIdle(task: TransferTask): void {
    this._startDownload(task)
    if (!task._running && !task._info.type) {
      const end = this._running.get(task)
      if (end) end(task._info.loaded, Date.now())
      this._running.delete(task)
      if (task._info.state === 'waiting') {
        this._waiting.add(task)
        this._isUnordered = true
      }
    }
    if (task._isFinished) this._trim()
    this._startNext()
  }

  private _startNext(): void {
    const { FileParallelLimit } = this._options
    this._auto = FileParallelLimit === 'auto' ? this._auto || createAutoLimit() : undefined
    while (this._running.size < (this._auto ? this._auto._current : Number(FileParallelLimit))) {
      if (this._isUnordered) {
        this._waiting = new Set([...this._waiting].sort((a, b) => a.number - b.number))
        this._isUnordered = false
      }
      const [task] = this._waiting
      if (!task) return
      this._waiting.delete(task)
      // Paused or cancelled while it waited.
      if (task._isStopped) continue
      this._running.set(task, this._auto && this._auto.begin(Date.now()))
      task.start()
    }
  }

  /** Drops the oldest finished tasks above UploadQueueSize. */
  private _trim(): void {
    let surplus = this._tasks.size - this._options.UploadQueueSize
    if (surplus <= 0) return
    for (const [id, task] of this._tasks) {
      if (!task._isFinished) continue
      this._tasks.delete(id)
      if (--surplus <= 0) return
    }
  }

  /**
   * Combines successive changes into one event, and does nothing without a listener. For long lists there are fewer
   * events, because each copies the list.
   */
  private _emit(): void {
    if (this._isEventDue || !EVENTS.some((name) => this._events.get(name)[0])) return
    this._isEventDue = true
    const delay = Math.min(this._tasks.size / TASKS_PER_MILLISECOND, MAX_EVENT_DELAY)
    defer(() => {
      this._isEventDue = false
      const event = { list: this.list() }
      for (const name of EVENTS) this._events.emit(name, event)
    }, delay)
  }
}

/** Runs an upload or a download outside the queue (param SkipTask). */
export async function runAlone(steps: TaskSteps, params: TaskParams): Promise<object> {
  const memo: TaskMemo = {}
  const signal = params.signal || createAbortController().signal
  try {
    return await steps.run({ signal, memo, _begin() {}, _onProgress() {}, _onHash() {} })
  } catch (error) {
    if (signal.aborted) await steps.abort(memo)
    throw error
  }
}
