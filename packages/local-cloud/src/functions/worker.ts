import { parentPort, workerData } from 'node:worker_threads'

/** A call that the host sends to its worker. */
export interface WorkerCall {
  event: unknown
  context: unknown
  /** Environment variables of this call. */
  variables: Record<string, string>
}

export type WorkerReply =
  | { ok: true; result: string | undefined; coldStart: boolean }
  | { ok: false; message: string; stack?: string }

const { file } = workerData as { file: string }
type Main = (event: unknown, context: unknown) => unknown
let main: Main | undefined

/**
 * Tencent's bootstrap sets the variables of each call and never clears those of the last one, so in a
 * reused instance a timer sees the OPENID of the previous user. This is imitated, so that a function that relies only on the
 * environment fails here instead of in production.
 */
function setVariables(variables: Record<string, string>): void {
  for (const [name, value] of Object.entries(variables)) process.env[name] = value
}

async function run({ event, context, variables }: WorkerCall): Promise<WorkerReply> {
  try {
    setVariables(variables)
    const coldStart = main === undefined
    main ??= (require(file) as { main: Main }).main
    if (typeof main !== 'function') throw new Error(`${file} does not export a function "main"`)
    const result = await main(event, context)
    // The platform returns JSON too.
    return { ok: true, result: JSON.stringify(result), coldStart }
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error))
    return { ok: false, message, ...(stack ? { stack } : {}) }
  }
}

parentPort?.on('message', (call: WorkerCall) => {
  void run(call).then((reply) => parentPort?.postMessage(reply))
})
