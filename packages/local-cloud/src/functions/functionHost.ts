import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { type Caller, callVariables, deliveredEvent, functionContext } from './caller'
import type { WorkerCall, WorkerReply } from './functionWorker'

/** A function that can be called: one built file, and its settings. */
export interface DeployedFunction {
  name: string
  /** Absolute path of the built CommonJS file that exports `main`. */
  file: string
  /** Environment variables of the function. */
  variables?: Record<string, string>
  /** Milliseconds. @default 20000 */
  timeoutMs?: number
}

export interface FunctionHostOptions {
  functions: DeployedFunction[]
  /** CloudBase environment id. @default 'local-env' */
  env?: string
  /** @default 'ap-guangzhou' */
  region?: string
  /** How many instances of one function may run at a time. @default 8 */
  maxInstances?: number
  log?: ((entry: FunctionLogEntry) => void) | undefined
  /** Told what functions write to their log, as it comes. @default this process's own output */
  output?: ((name: string, text: string) => void) | undefined
}

export interface FunctionLogEntry {
  time: string
  name: string
  coldStart: boolean
  milliseconds: number
  outcome: 'ok' | 'failed' | 'timeout'
  requestId: string
}

/** Error codes of cloud function calls (errcode page of the WeChat documents). */
export class FunctionError extends Error {
  readonly errCode: number
  readonly requestId: string

  constructor(errCode: number, message: string, requestId: string) {
    super(message)
    this.errCode = errCode
    this.requestId = requestId
  }
}

interface Instance {
  worker: Worker
  busy: boolean
  /** Takes the answer of the call that runs, or the news that the instance has died. */
  answer: (reply: WorkerReply) => void
}

/**
 * Runs built functions as the platform does: an instance is a worker with an environment of its own,
 * takes one call at a time, stays warm, and is thrown away when a call runs out of time.
 */
export class FunctionHost {
  readonly #functions: Map<string, DeployedFunction>
  readonly #options: FunctionHostOptions
  readonly #instances = new Map<string, Set<Instance>>()
  readonly #waiting = new Map<string, (() => void)[]>()

  constructor(options: FunctionHostOptions) {
    this.#options = options
    this.#functions = new Map(options.functions.map((one) => [one.name, one]))
  }

  get names(): string[] {
    return [...this.#functions.keys()]
  }

  /** Calls a function and returns its result, as JSON carries it. @throws FunctionError */
  async call(name: string, event: unknown, caller: Caller): Promise<unknown> {
    const requestId = randomUUID()
    const deployed = this.#functions.get(name)
    if (!deployed) {
      throw new FunctionError(
        -501000,
        `FunctionName parameter could not be found: "${name}" is not deployed`,
        requestId,
      )
    }
    const instance = await this.#freeInstance(deployed)
    const started = Date.now()
    const timeoutMs = deployed.timeoutMs ?? 20_000
    const log = (outcome: FunctionLogEntry['outcome'], coldStart: boolean) =>
      this.#options.log?.({
        time: new Date(started).toISOString(),
        name,
        coldStart,
        milliseconds: Date.now() - started,
        outcome,
        requestId,
      })
    const place = {
      functionName: name,
      env: this.#options.env ?? 'local-env',
      region: this.#options.region ?? 'ap-guangzhou',
      timeoutMs,
      requestId,
    }
    const variables = callVariables(caller, place)
    const reply = await this.#converse(instance, deployed.name, timeoutMs, {
      event: deliveredEvent(event, caller),
      context: functionContext(variables, place),
      variables,
    })
    if (reply === 'timeout') {
      log('timeout', false)
      throw new FunctionError(-504003, `Invoking task timed out after ${timeoutMs} ms`, requestId)
    }
    if (!reply.ok) {
      log('failed', false)
      throw new FunctionError(-504002, reply.message, requestId)
    }
    log('ok', reply.coldStart)
    return reply.result === undefined ? undefined : JSON.parse(reply.result)
  }

  /** Ends all instances. */
  async close(): Promise<void> {
    const all = [...this.#instances.values()].flatMap((set) => [...set])
    this.#instances.clear()
    await Promise.all(all.map(({ worker }) => worker.terminate()))
  }

  /** A warm idle instance, else a new one, else the next that becomes idle. */
  async #freeInstance(deployed: DeployedFunction): Promise<Instance> {
    for (;;) {
      const set = this.#instances.get(deployed.name) ?? new Set<Instance>()
      this.#instances.set(deployed.name, set)
      let instance = [...set].find(({ busy }) => !busy)
      if (!instance && set.size < (this.#options.maxInstances ?? 8)) {
        instance = this.#start(deployed, set)
      }
      if (instance) {
        instance.busy = true
        return instance
      }
      await new Promise<void>((resolve) => {
        const queue = this.#waiting.get(deployed.name) ?? []
        queue.push(resolve)
        this.#waiting.set(deployed.name, queue)
      })
    }
  }

  /** A new instance. Whenever it dies, idle or not, it is forgotten, and its call fails. */
  #start(deployed: DeployedFunction, set: Set<Instance>): Instance {
    const { env = 'local-env', region = 'ap-guangzhou', output } = this.#options
    const worker = new Worker(workerFile(), {
      stdout: output !== undefined,
      stderr: output !== undefined,
      workerData: { file: deployed.file },
      // Nothing of the host's own environment, so that what works here works there.
      env: {
        PATH: process.env.PATH ?? '',
        TZ: 'UTC',
        ...deployed.variables,
        TENCENTCLOUD_RUNENV: 'SCF',
        TENCENTCLOUD_REGION: region,
        SCF_NAMESPACE: env,
        SCF_FUNCTIONNAME: deployed.name,
      },
    })
    const instance: Instance = { worker, busy: true, answer: () => {} }
    const die = (message: string) => {
      set.delete(instance)
      instance.answer({ ok: false, message })
      this.#waiting.get(deployed.name)?.shift()?.()
    }
    for (const stream of output ? [worker.stdout, worker.stderr] : []) {
      stream.setEncoding('utf8').on('data', (text: string) => output?.(deployed.name, text))
    }
    worker.on('message', (reply: WorkerReply) => instance.answer(reply))
    worker.on('error', (error) => die(error.message))
    worker.on('exit', (code) => die(`the instance ended (${code})`))
    set.add(instance)
    return instance
  }

  async #converse(
    instance: Instance,
    name: string,
    timeoutMs: number,
    call: WorkerCall,
  ): Promise<WorkerReply | 'timeout'> {
    let timer: NodeJS.Timeout | undefined
    const reply = await new Promise<WorkerReply | 'timeout'>((resolve) => {
      timer = setTimeout(() => resolve('timeout'), timeoutMs)
      instance.answer = resolve
      instance.worker.postMessage(call)
    })
    clearTimeout(timer)
    instance.answer = () => {}
    if (reply === 'timeout') {
      this.#instances.get(name)?.delete(instance)
      void instance.worker.terminate()
    }
    instance.busy = false
    this.#waiting.get(name)?.shift()?.()
    return reply
  }
}

/** The worker's program is a file of its own: beside this one when built, in dist when run from source. */
function workerFile(): string {
  const built = join(__dirname, 'functionWorker.js')
  return existsSync(built) ? built : join(__dirname, '../../dist/functionWorker.js')
}
