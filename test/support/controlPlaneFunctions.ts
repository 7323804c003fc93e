import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { strToU8, unzipSync, zipSync } from 'fflate'
import { FunctionError, FunctionHost } from '../../packages/local-cloud/src/functions/host'

/** An error as Tencent Cloud's APIs answer it: HTTP 200, code and text in the body. */
export class ApiError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A function, as the control plane stores it. */
export interface PlaneFunction {
  FunctionName: string
  Namespace: string
  Runtime: string
  Handler: string
  MemorySize: number
  Timeout: number
  variables: Record<string, string>
  zip: Buffer
  /** The most memory of all its instances together, in MB. */
  reserved?: number
  /** A change in progress becomes Active after one request for the state. */
  Status: 'Creating' | 'Updating' | 'Active' | 'UpdateFailed'
}

interface Params {
  FunctionName?: string
  Namespace?: string
  Runtime?: string
  Handler?: string
  MemorySize?: number
  Timeout?: number
  Stamp?: string
  Environment?: { Variables: { Key: string; Value: string }[] }
  Code?: { ZipFile?: string }
}

/** The functions of one environment, in memory; their code runs in the local function host. */
export class PlaneFunctions {
  readonly all = new Map<string, PlaneFunction>()
  readonly #folder: string
  readonly #env: string
  /** Variables that the platform adds: the address of STS. */
  readonly #extra: Record<string, string>
  #runs = 0

  constructor(folder: string, env: string, extra: Record<string, string>) {
    this.#folder = folder
    this.#env = env
    this.#extra = extra
  }

  create(params: Params): object {
    const {
      FunctionName = '',
      Namespace = '',
      Runtime = 'Nodejs8.9',
      Handler = 'index.main',
    } = params
    if (Namespace !== this.#env) throw new ApiError('ResourceNotFound.Namespace', 'no namespace')
    if (params.Stamp !== 'MINI_QCBASE') throw new ApiError('InvalidParameter', 'Stamp')
    if (this.all.has(FunctionName)) throw new ApiError('ResourceInUse.Function', 'it exists')
    this.all.set(FunctionName, {
      FunctionName,
      Namespace,
      Runtime,
      Handler,
      MemorySize: params.MemorySize ?? 128,
      Timeout: params.Timeout ?? 3,
      variables: variablesOf(params),
      zip: zipOf(params),
      Status: 'Creating',
    })
    return {}
  }

  updateCode(params: Params): object {
    const one = this.#idle(params)
    one.zip = zipOf(params)
    one.Handler = params.Handler ?? one.Handler
    one.Status = 'Updating'
    return {}
  }

  /** Replaces all variables if any are given, as the platform does. */
  updateConfiguration(params: Params): object {
    const one = this.#idle(params)
    if (params.Runtime !== undefined) throw new ApiError('InvalidParameter', 'Runtime')
    if (params.Environment) one.variables = variablesOf(params)
    one.MemorySize = params.MemorySize ?? one.MemorySize
    one.Timeout = params.Timeout ?? one.Timeout
    one.Status = 'Updating'
    return {}
  }

  describe(params: Params): object {
    const { variables, zip, ...one } = this.#named(params)
    if (one.Status !== 'UpdateFailed') this.#named(params).Status = 'Active'
    const Variables = Object.entries(variables).map(([Key, Value]) => ({ Key, Value }))
    return { ...one, Environment: { Variables }, CodeSize: zip.length, VpcConfig: {} }
  }

  reserve(params: Params & { ReservedConcurrencyMem?: number }): object {
    const one = this.#named(params)
    if (params.ReservedConcurrencyMem !== undefined) one.reserved = params.ReservedConcurrencyMem
    return {}
  }

  delete(params: Params): object {
    this.all.delete(this.#named(params).FunctionName)
    return {}
  }

  address(params: Params, origin: string): object {
    const { FunctionName, zip } = this.#named(params)
    const CodeSha256 = createHash('sha256').update(zip).digest('hex')
    return { Url: `${origin}/${FunctionName}.zip`, CodeSha256 }
  }

  /** Runs the unpacked code in the local function host with its variables, for an anonymous caller. */
  async invoke(params: Params): Promise<object> {
    const { FunctionName } = this.#idle(params)
    try {
      const result = await this.call(FunctionName, {})
      return { Result: { RetMsg: JSON.stringify(result), InvokeResult: 0, ErrMsg: '' } }
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error
      return { Result: { RetMsg: '', InvokeResult: 1, ErrMsg: error.message } }
    }
  }

  async call(name: string, caller: { openid?: string; appid?: string; source?: string }) {
    const one = this.#named({ FunctionName: name })
    const folder = join(this.#folder, `run-${++this.#runs}`)
    for (const [file, content] of unzip(one.zip)) {
      mkdirSync(dirname(join(folder, file)), { recursive: true })
      writeFileSync(join(folder, file), content)
    }
    const file = join(folder, `${one.Handler.split('.')[0]}.js`)
    const host = new FunctionHost({
      functions: [
        {
          name,
          file,
          variables: { ...one.variables, ...this.#extra },
          timeoutMs: one.Timeout * 1000,
        },
      ],
      env: this.#env,
      output: () => {},
    })
    try {
      return await host.call(name, {}, { source: 'scf', ...caller })
    } finally {
      await host.close()
    }
  }

  #named({ FunctionName = '' }: Params): PlaneFunction {
    const one = this.all.get(FunctionName)
    if (!one) throw new ApiError('ResourceNotFound.Function', `no function ${FunctionName}`)
    return one
  }

  #idle(params: Params): PlaneFunction {
    const one = this.#named(params)
    if (one.Status !== 'Active')
      throw new ApiError('FailedOperation.FunctionStatusError', one.Status)
    return one
  }
}

function variablesOf({ Environment }: Params): Record<string, string> {
  return Object.fromEntries((Environment?.Variables ?? []).map(({ Key, Value }) => [Key, Value]))
}

function zipOf({ Code }: Params): Buffer {
  const zip = Buffer.from(Code?.ZipFile ?? '', 'base64')
  if (zip.length === 0 || zip.length > 1.5 * 1024 * 1024) {
    throw new ApiError('InvalidParameterValue.Code', `a ZIP of ${zip.length} bytes`)
  }
  return zip
}

/** A ZIP of one file. */
export function zip(name: string, content: string): Buffer {
  return Buffer.from(zipSync({ [name]: strToU8(content) }))
}

/** The files of a ZIP by their names. */
export function unzip(archive: Buffer): Map<string, Buffer> {
  const files = Object.entries(unzipSync(archive)).filter(([name]) => !name.endsWith('/'))
  return new Map(files.map(([name, content]) => [name, Buffer.from(content)]))
}
