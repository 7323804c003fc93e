import type { COS, UploadFileParams } from 'miniprogram-cos'

// What the components share is in one module: each further one would be a file of its own on phones.

/** A COS client: `COS` of `miniprogram-cos`, or the smaller one of `miniprogram-cos/upload` if files are only uploaded. */
export type ComponentClient = Pick<
  COS,
  | 'caller'
  | 'uploadFile'
  | 'getTaskList'
  | 'pauseTask'
  | 'restartTask'
  | 'cancelTask'
  | 'on'
  | 'off'
> &
  Partial<
    Pick<
      COS,
      'getBucket' | 'getObject' | 'getObjectUrl' | 'deleteMultipleObject' | 'abortUploadTask'
    >
  >

/** A file that the user has chosen, before it is uploaded. */
export interface ChosenFile {
  /** Local path. */
  path: string
  name: string
  /** Bytes. */
  size: number
  type: 'image' | 'video' | 'file'
  /** Local path of a small picture; empty if there is none. */
  thumb?: string
}

export interface ComponentOptions {
  /** The client that the components use. */
  cos: ComponentClient
  /** Name for the property `client` of the components, in an app with several buckets. @default 'default' */
  client?: string
  /**
   * Prepares a chosen file before it is uploaded, for example compresses it. What it throws is shown in the file's row.
   */
  prepare?: (file: ChosenFile) => ChosenFile | Promise<ChosenFile>
  /** Params of each upload: headers, storage class, `Pic-Operations` … */
  uploadParams?: Partial<UploadFileParams>
}

const configured = new Map<string, ComponentOptions>()

/**
 * Gives the components their client. Call it once, in `app.ts`. Without it the components use `COS.cloud()`.
 * A property could not carry the client, because WeChat clones the values of properties.
 *
 * @example
 * import { COS } from 'miniprogram-cos'
 * import { configure } from 'miniprogram-cos-components'
 * configure({ cos: COS.cloud({ functionName: 'my-keys' }) })
 */
export function configure(options: ComponentOptions): void {
  configured.set(options.client || DEFAULT, options)
}

/** The options of a client by its name. @throws Error when `configure` was not called for this name */
export function optionsOf(client: string): ComponentOptions {
  const name = client || DEFAULT
  let options = configured.get(name)
  if (!options && name === DEFAULT) {
    const { COS: Client } = require('miniprogram-cos') as { COS: typeof COS }
    options = { cos: Client.cloud() }
    configured.set(name, options)
  }
  if (!options)
    throw new Error(`miniprogram-cos-components: call configure({ client: '${name}', cos })`)
  return options
}

export const clientOf = (client: string): ComponentClient => optionsOf(client).cos

const DEFAULT = 'default'

/**
 * The key prefix that a property `prefix` means. A slash at its beginning makes it absolute; otherwise it is relative
 * to the caller's own folder, if the client knows one.
 */
export async function absolutePrefix(client: string, prefix: string): Promise<string> {
  if (prefix[0] === '/') return prefix.slice(1)
  const own = await clientOf(client)
    .caller()
    .catch((error: { code?: string }) => {
      if (error.code === 'KitNotCloud') return { prefix: '' }
      throw error
    })
  return own.prefix + prefix
}

declare function require(name: string): unknown

/** State of each instance of a component outside its data. */
export function hiddenState<State>(create: () => State): (instance: object) => State {
  const states = new WeakMap<object, State>()
  return (instance) => {
    const state = states.get(instance) || create()
    states.set(instance, state)
    return state
  }
}

let changes = 0

/** The number of file changes: uploads of the components, and changes that the app has reported. */
export const countChanges = (): number => changes

/**
 * Reports to all `<cos-file-list>` that files were changed by other means, for example renamed. Each reads its folder
 * again when its page is shown.
 */
export function refreshFileLists(): void {
  changes++
}
