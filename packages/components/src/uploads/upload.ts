import type { TaskState } from 'miniprogram-cos'
import type { ChosenFile } from '../client'

/**
 * States of the client's tasks, and: `preparing` before the upload, `offline` while it waits for the network,
 * `interrupted` by the end of the app, `lost` if the file is no longer on the phone.
 */
export type UploadState = TaskState | 'preparing' | 'offline' | 'interrupted' | 'lost'

/** An upload as components show it. */
export interface Upload extends ChosenFile {
  id: string
  thumb: string
  /** Name of the client. */
  client: string
  /** Name of the list that shows it. */
  group: string
  /** Object key; empty until one is chosen. */
  key: string
  state: UploadState
  /** 0 to 100. */
  percent: number
  /** Bytes per second. */
  speed: number
  /** Why it failed. */
  error: unknown
  /** Its task of the client; empty before it is started. */
  task: string
}

/** An upload with defaults for all fields that are not given. */
export function newUpload(
  given: ChosenFile & { id: string; thumb: string } & Partial<Upload>,
): Upload {
  return {
    client: '',
    group: '',
    key: '',
    state: 'waiting',
    percent: 0,
    speed: 0,
    error: null,
    task: '',
    ...given,
  }
}

/** Where the files of one list go. */
export interface UploadTarget {
  client: string
  group: string
  /** As the property `prefix` of the components. */
  prefix: string
  /** `unique`: each file gets a new name. `keep`: its own, numbered if the folder has it already. */
  naming: 'unique' | 'keep'
}

/** Whether an upload has neither succeeded nor been cancelled. */
export function isPending({ state }: { state: UploadState }): boolean {
  return state !== 'success' && state !== 'canceled'
}
