import { createHash } from 'node:crypto'
import COS from 'cos-nodejs-sdk-v5'
import type { MigrationEndpoints } from '../../packages/cli/src/migrate/endpoints'
import {
  cloudBaseFiles,
  cloudBaseRecords,
  connectCloudBase,
  targetBucket,
} from '../../packages/cli/src/migrate/endpoints'
import type { MigrationUi } from '../../packages/cli/src/migrate/runMigration'
import type { SafeOutput } from '../../packages/cli/src/output'
import { BUCKET, REGION, ROOT_KEY, type TestCloud } from './testCloud'

export interface Rehearsal extends MigrationEndpoints {
  cos: COS
  app: ReturnType<typeof connectCloudBase>
}

/** The endpoints of a migration on a local cloud. */
export async function rehearsalOn({ cos: origin, cloudBase }: TestCloud): Promise<Rehearsal> {
  const app = connectCloudBase({
    env: 'local-env',
    key: ROOT_KEY,
    serviceUrl: `${cloudBase}/admin`,
  })
  const cos = new COS({ ...ROOT_KEY, Protocol: 'http:', Proxy: origin })
  return {
    app,
    cos,
    records: cloudBaseRecords(app),
    files: cloudBaseFiles(app, async function* () {}),
    bucket: targetBucket(cos, { Bucket: BUCKET, Region: REGION }),
  }
}

/** Collects what a migration prints. */
export function silentUi(): MigrationUi & { lines: string[]; errors: string[] } {
  const [lines, errors]: [string[], string[]] = [[], []]
  const output: Pick<SafeOutput, 'line' | 'error' | 'hide'> = {
    line: (text) => lines.push(text),
    error: (text) => errors.push(text),
    hide: () => {},
  }
  return {
    lines,
    errors,
    output: output as SafeOutput,
    startProgress: async () => ({ update: () => {}, stop: (text) => lines.push(text) }),
  }
}

/** All objects of the bucket: key -> MD5 of its content, as read. */
export async function contents({ cos }: Rehearsal): Promise<Record<string, string>> {
  const place = { Bucket: BUCKET, Region: REGION }
  const { Contents } = await cos.getBucket({ ...place, MaxKeys: 1000 })
  const all: Record<string, string> = {}
  for (const { Key } of Contents) {
    const { Body } = await cos.getObject({ ...place, Key })
    all[Key] = md5(Body)
  }
  return all
}

export function md5(content: Buffer | string): string {
  return createHash('md5').update(content).digest('hex')
}

/** All records of a collection, in the order of their ids. */
export async function allRecords(
  { records }: Rehearsal,
  collection: string,
): Promise<Record<string, unknown>[]> {
  const all: Record<string, unknown>[] = []
  for await (const record of records.list(collection)) all.push(record)
  return all
}
