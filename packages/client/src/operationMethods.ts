import {
  argumentError,
  type Operation,
  type Operations,
  type ResultMeta,
} from '@miniprogram-cos/protocol'
import type { Callback } from './callbacks'
import type { COS } from './client'
import { runMethod } from './methods'
import type { Uploader } from './tasks/task'
import { findHeaderNotInForms, sendContent, sendForm } from './upload/uploadFile'
import { fileSize } from './wx/files'

/** A method that returns a promise, or takes a callback. */
export interface Method<P, Result> {
  (params: P): Promise<Result>
  (params: P, callback: Callback<Result>): void
}

type ParamsOf<O> = O extends Operation<infer P, infer _> ? P : never
type ResultOf<O> = O extends Operation<infer _, infer R> ? R & ResultMeta : never

/** One method for each COS operation. */
export type OperationMethods = {
  [Name in keyof Operations]: Method<ParamsOf<Operations[Name]>, ResultOf<Operations[Name]>>
}

/**
 * All operations but putObject and postObject, and the methods of the trash. The operation table is loaded lazily, so the
 * names are repeated here; a test compares them with the table.
 */
const NAMES = (
  'getService putBucket headBucket getBucket deleteBucket getObject headObject deleteObject ' +
  'deleteMultipleObject putObjectCopy optionsObject multipartInit multipartUpload uploadPartCopy ' +
  'multipartComplete multipartList multipartListPart multipartAbort getBucketLocation ' +
  'listBucketInventory postBucketInventory listObjectVersions putObjectAcl getObjectAcl ' +
  'putObjectTagging getObjectTagging deleteObjectTagging restoreObject appendObject ' +
  'listTrash restore erase'
).split(' ')

/** Bucket configurations: each verb with each noun. */
const CONFIGURATIONS = [
  [
    'get put delete',
    'Cors Policy Tagging Lifecycle Replication Website Domain Origin Inventory Encryption StrictSignature',
  ],
  ['get put', 'Acl Versioning Referer Logging Accelerate IntelligentTiering'],
] as const

/** Uploads a file as one form. */
const sendAsForm: Uploader = async (core, params, run) => {
  const obstacle = findHeaderNotInForms(params)
  if (obstacle) {
    const message = `a form upload cannot send the header ${obstacle}: use putObject or uploadFile`
    throw argumentError('KitInvalidParam', message)
  }
  return sendForm(core, params, run, await fileSize(params.FilePath))
}

/** Adds the methods of the operations, and those of the trash. */
export function addOperationMethods(prototype: COS, Client: unknown): void {
  const add = (
    name: string,
    // biome-ignore lint/suspicious/noExplicitAny: the params of any operation
    run: (client: COS, params: any, callback: Callback<object> | undefined) => unknown,
  ) =>
    Object.defineProperty(prototype, name, {
      // biome-ignore lint/suspicious/noExplicitAny: the params of any operation; getService takes a callback alone
      value(this: COS, params: any, callback?: Callback<object>) {
        return typeof params === 'function' ? run(this, {}, params) : run(this, params, callback)
      },
      writable: true,
      configurable: true,
    })
  // Switches V8 to dictionary mode: with a hidden class for each added method, loading may take 0.15 MB more. The class is a
  // parameter, because reading it from the prototype first undoes that.
  delete (prototype as { constructor?: unknown }).constructor
  Object.defineProperty(prototype, 'constructor', {
    value: Client,
    writable: true,
    configurable: true,
  })
  // On phones the uploads work without methods.js.
  add('putObject', (cos, params, done) => cos._upload({ ...params }, sendContent, done))
  add('postObject', (cos, params, done) => cos._upload({ ...params }, sendAsForm, done))
  const names = [...NAMES]
  for (const [verbs, nouns] of CONFIGURATIONS) {
    for (const noun of nouns.split(' ')) {
      for (const verb of verbs.split(' ')) names.push(`${verb}Bucket${noun}`)
    }
  }
  for (const name of names) {
    add(name, (cos, params, callback) => runMethod(cos, name, params, callback))
  }
}
