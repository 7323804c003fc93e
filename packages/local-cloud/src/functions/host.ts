import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { WorkerCall, WorkerReply } from './worker'

/** A deployed function: a built file and its settings. */
export interface DeployedFunction {
  name: string
  /** Absolute path of the built CommonJS file that exports `main`. */
  file: string
  /** Environment variables of the function. */
  variables?: Record<string, string>
  /** Timeout of a call in milliseconds. @default 20000 */
  timeoutMs?: number
}

interface FunctionHostOptions {
  functions: DeployedFunction[]
  /** Environment variables of all functions. */
  variables?: Record<string, string>
  /** CloudBase environment id. @default 'local-env' */
  env?: string | undefined
  /** @default 'ap-guangzhou' */
  region?: string
  /** Concurrent instances of one function. @default 8 */
  maxInstances?: number
  log?: ((entry: FunctionLogEntry) => void) | undefined
  /** Receives the output of functions. @default this process's output */
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

/** A failed call, with an error code of the WeChat documents (page errcode). */
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
  isBusy: boolean
  /** Set when its function was deployed again: the instance ends after its call. */
  isRetired: boolean
  /** Resolves the call in progress; with a failure if the instance ends. */
  reply: (reply: WorkerReply) => void
}

/**
 * Runs built functions as the platform does. An instance is a worker with its own environment that serves one call at a
 * time. It is reused, and terminated when a call exceeds its timeout.
 */
export class FunctionHost {
  #functions: Map<string, DeployedFunction>
  readonly #options: FunctionHostOptions
  readonly #instances = new Map<string, Set<Instance>>()
  readonly #waiting = new Map<string, (() => void)[]>()

  constructor(options: FunctionHostOptions) {
    this.#options = options
    this.#functions = new Map(options.functions.map((deployed) => [deployed.name, deployed]))
  }

  get names(): string[] {
    return [...this.#functions.keys()]
  }

  /** Calls a function and returns its JSON result. @throws FunctionError */
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
    const { env = 'local-env' } = this.#options
    const call = workerCall(event, caller, { functionName: name, env, timeoutMs, requestId })
    const reply = await this.#callInstance(instance, name, timeoutMs, call)
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

  /** Replaces all functions. Idle instances end at once, busy ones after their call. */
  deploy(functions: DeployedFunction[]): void {
    this.#functions = new Map(functions.map((deployed) => [deployed.name, deployed]))
    const instances = [...this.#instances.values()].flatMap((set) => [...set])
    this.#instances.clear()
    for (const instance of instances) {
      instance.isRetired = true
      if (!instance.isBusy) void instance.worker.terminate()
    }
  }

  /** Terminates all instances. */
  async close(): Promise<void> {
    const instances = [...this.#instances.values()].flatMap((set) => [...set])
    this.#instances.clear()
    await Promise.all(instances.map(({ worker }) => worker.terminate()))
  }

  /** Returns an idle instance, a new one, or the next that becomes idle. */
  async #freeInstance(deployed: DeployedFunction): Promise<Instance> {
    for (;;) {
      const set = this.#instances.get(deployed.name) ?? new Set<Instance>()
      this.#instances.set(deployed.name, set)
      let instance = [...set].find(({ isBusy }) => !isBusy)
      if (!instance && set.size < (this.#options.maxInstances ?? 8)) {
        instance = this.#start(deployed, set)
      }
      if (instance) {
        instance.isBusy = true
        return instance
      }
      await new Promise<void>((resolve) => {
        const queue = this.#waiting.get(deployed.name) ?? []
        queue.push(resolve)
        this.#waiting.set(deployed.name, queue)
      })
    }
  }

  /** Starts an instance. When it ends, its call fails and it is removed. */
  #start(deployed: DeployedFunction, set: Set<Instance>): Instance {
    const { env = 'local-env', region = 'ap-guangzhou', output } = this.#options
    const worker = new Worker(workerFile(), {
      stdout: output !== undefined,
      stderr: output !== undefined,
      workerData: { file: deployed.file },
      // Without the variables of this process, which the platform does not have either.
      env: {
        PATH: process.env.PATH ?? '',
        TZ: 'UTC',
        ...this.#options.variables,
        ...deployed.variables,
        TENCENTCLOUD_RUNENV: 'SCF',
        TENCENTCLOUD_REGION: region,
        SCF_NAMESPACE: env,
        SCF_FUNCTIONNAME: deployed.name,
      },
    })
    const instance: Instance = { worker, isBusy: true, isRetired: false, reply: () => {} }
    const remove = (message: string) => {
      set.delete(instance)
      instance.reply({ ok: false, message })
      this.#waiting.get(deployed.name)?.shift()?.()
    }
    for (const stream of output ? [worker.stdout, worker.stderr] : []) {
      stream.setEncoding('utf8').on('data', (text: string) => output?.(deployed.name, text))
    }
    worker.on('message', (reply: WorkerReply) => instance.reply(reply))
    worker.on('error', (error) => remove(error.message))
    worker.on('exit', (code) => remove(`the instance ended (${code})`))
    set.add(instance)
    return instance
  }

  async #callInstance(
    instance: Instance,
    name: string,
    timeoutMs: number,
    call: WorkerCall,
  ): Promise<WorkerReply | 'timeout'> {
    let timer: NodeJS.Timeout | undefined
    const reply = await new Promise<WorkerReply | 'timeout'>((resolve) => {
      timer = setTimeout(() => resolve('timeout'), timeoutMs)
      instance.reply = resolve
      instance.worker.postMessage(call)
    })
    clearTimeout(timer)
    instance.reply = () => {}
    if (reply === 'timeout') {
      this.#instances.get(name)?.delete(instance)
      void instance.worker.terminate()
    }
    instance.isBusy = false
    if (instance.isRetired) void instance.worker.terminate()
    this.#waiting.get(name)?.shift()?.()
    return reply
  }
}

/** The worker's file: next to the built file, or in dist when running from source. */
function workerFile(): string {
  const built = join(__dirname, 'functionWorker.js')
  return existsSync(built) ? built : join(__dirname, '../../dist/functionWorker.js')
}

/** The caller's identity, which the platform provides independently of the event. */
export interface Caller {
  openid?: string
  appid?: string
  unionid?: string
  /** `wx_client`, `wx_devtools`, `wx_http`, `wx_trigger` … */
  source?: string
}

/** One call of a function. */
interface CallContext {
  functionName: string
  /** CloudBase environment id. */
  env: string
  timeoutMs: number
  requestId: string
}

/** What the platform passes to an instance for a call. */
function workerCall(event: unknown, caller: Caller, call: CallContext): WorkerCall {
  const variables = callVariables(caller, call)
  return {
    event: deliveredEvent(event, caller),
    context: functionContext(variables, call),
    variables,
  }
}

/** The environment variables of a call. getWXContext reads those listed in WX_CONTEXT_KEYS. */
function callVariables(caller: Caller, call: CallContext): Record<string, string> {
  const identity: Record<string, string> = {}
  if (caller.appid !== undefined) identity.WX_APPID = caller.appid
  if (caller.openid !== undefined) identity.WX_OPENID = caller.openid
  if (caller.unionid !== undefined) identity.WX_UNIONID = caller.unionid
  const isTimer = caller.source === 'wx_trigger'
  return {
    ...identity,
    // For a call without an identity the platform does not set the list, so an earlier call's value remains.
    ...(Object.keys(identity).length > 0
      ? { WX_CONTEXT_KEYS: Object.keys(identity).join(',') }
      : {}),
    TCB_ENV: call.env,
    TCB_SEQID: call.requestId,
    TCB_SOURCE: caller.source ?? 'wx_client',
    TRIGGER_SRC: isTimer ? 'timer' : 'tcb',
    TCB_CONTEXT_KEYS: 'TCB_ENV,TCB_SEQID,TRIGGER_SRC,TCB_SOURCE',
    SCF_NAMESPACE: call.env,
  }
}

/** The second argument of a function's `main`. */
function functionContext(variables: Record<string, string>, call: CallContext): object {
  return {
    request_id: call.requestId,
    function_name: call.functionName,
    function_version: '$LATEST',
    namespace: call.env,
    memory_limit_in_mb: 256,
    time_limit_in_ms: call.timeoutMs,
    environ: Object.entries(variables)
      .map(([name, value]) => `${name}=${value}`)
      .join(';'),
    environment: JSON.stringify(variables),
  }
}

/**
 * The event that the function receives. The platform sets `userInfo` for calls of mini programs, and removes a `userInfo`
 * that the client sent.
 */
function deliveredEvent(event: unknown, caller: Caller): unknown {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return event
  const { userInfo: _, ...fields } = event as Record<string, unknown>
  if (caller.openid === undefined) return fields
  return { ...fields, userInfo: { appId: caller.appid ?? '', openId: caller.openid } }
}
