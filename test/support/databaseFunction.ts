import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DeployedFunction, LocalCloud } from '@miniprogram-cos/local-cloud'
import type * as wxServerSdk from 'wx-server-sdk'

// biome-ignore lint/suspicious/noExplicitAny: documents have any content
type Row = Record<string, any>
type Command = ReturnType<typeof wxServerSdk.database>['command']
type GeoPoint = Parameters<Command['geoNear']>[0]['geometry']

interface Query {
  where: (query: object) => Query
  orderBy: (field: string, direction: 'asc' | 'desc') => Query
  skip: (count: number) => Query
  limit: (count: number) => Query
  field: (fields: object) => Query
  get: () => Promise<{ data: Row[] }>
  count: () => Promise<{ total: number }>
  update: (options: { data: object }) => Promise<{ stats: { updated: number } }>
  remove: () => Promise<{ stats: { removed: number } }>
}

interface DocumentReference {
  field: (fields: object) => DocumentReference
  get: () => Promise<{ data: Row }>
  set: (options: { data: object }) => Promise<{ stats: { updated: number; created: number } }>
  update: (options: { data: object }) => Promise<{ stats: { updated: number } }>
  remove: () => Promise<{ stats: { removed: number } }>
}

interface Collection extends Query {
  doc: (id: string | number) => DocumentReference
  add: (options: { data: object }) => Promise<{ _id: string; _ids?: string[] }>
  aggregate: () => Aggregate
}

interface Aggregate {
  match: (query: object) => Aggregate
  group: (fields: object) => Aggregate
  end: () => Promise<{ list: Row[] }>
}

interface Transaction {
  collection: (name: string) => Collection
  rollback: (reason: unknown) => Promise<unknown>
}

/** `cloud.database()`. The SDK's own types lack the promises, and what was added since version 1. */
interface Database {
  command: Command
  Geo: { Point: (longitude: number, latitude: number) => GeoPoint }
  serverDate: (options?: { offset: number }) => object
  RegExp: (options: { regexp: string; options?: string }) => object
  collection: (name: string) => Collection
  createCollection: (name: string) => Promise<unknown>
  runTransaction: <T>(run: (transaction: Transaction) => Promise<T>) => Promise<T>
}

/** `wx-server-sdk`, of which tests use these members. */
interface Cloud {
  database: () => Database
  uploadFile: (options: { cloudPath: string; fileContent: Buffer }) => Promise<{ fileID: string }>
  downloadFile: (options: { fileID: string }) => Promise<{ fileContent: Buffer }>
  getTempFileURL: (options: {
    fileList: (string | { fileID: string; maxAge: number })[]
  }) => Promise<{ fileList: { status: number; tempFileURL: string; maxAge?: number }[] }>
  callFunction: (options: { name: string }) => Promise<unknown>
  openapi: {
    security: {
      msgSecCheck: (options: { content: string }) => Promise<unknown>
      mediaCheckAsync: (options: object) => Promise<{ traceId: string }>
    }
  }
  deleteFile: (options: { fileList: string[] }) => Promise<{ fileList: { status: number }[] }>
}

/** Runs a test's code in the function host, with the real wx-server-sdk. */
export interface DatabaseFunction {
  deployed: DeployedFunction
  /**
   * Runs code in a cloud function and returns what it returns, as JSON. The code must not use anything
   * outside of itself except `input`.
   * @throws Error with the message of the error that the code throws
   */
  run: <Input, Result>(
    cloud: LocalCloud,
    code: (db: Database, input: Input, cloud: Cloud) => Promise<Result>,
    input?: Input,
  ) => Promise<Result>
}

const SOURCE = `
const cloud = require(${JSON.stringify(require.resolve('wx-server-sdk'))})
cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })
exports.main = async ({ code, input }) => {
  try {
    const run = (0, eval)('(' + code + ')')
    return { result: await run(cloud.database(), input, cloud) }
  } catch (error) {
    return { failure: { message: String(error.errMsg || error.message || error), errCode: error.errCode } }
  }
}
`

interface Answer {
  result: unknown
  failure?: { message: string; errCode?: number }
}

/** The function, for the tests of the calling file. */
export function useDatabaseFunction(): DatabaseFunction {
  const folder = mkdtempSync(join(tmpdir(), 'database-function-'))
  const file = join(folder, 'index.js')
  writeFileSync(file, SOURCE)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  return {
    deployed: { name: 'database', file },
    async run(cloud, code, input) {
      const event = { code: code.toString(), input }
      const answer = (await cloud.host.call('database', event, { openid: 'oAlice' })) as Answer
      if (answer.failure) throw Object.assign(new Error(answer.failure.message), answer.failure)
      return answer.result as Awaited<ReturnType<typeof code>>
    },
  }
}
