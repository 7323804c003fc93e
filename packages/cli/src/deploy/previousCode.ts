import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CloudApi } from '../cloud/api'
import { CloudError } from '../cloud/errors'
import { at } from '../project'

/** Where replaced code is kept, ignored by git. */
const folderOf = (env: string, name: string) => at('.deploy', env, name)

/** Downloads the code a function runs now into a folder. @throws CloudError */
async function downloadCode(cloud: CloudApi, name: string, folder: string): Promise<void> {
  await cloud.doing(`download of ${name}`, () =>
    cloud.functions.downloadFunctionCode({
      destPath: folder,
      envId: cloud.env,
      functionName: name,
    }),
  )
}

/** Keeps the running code, unless it equals what is about to be deployed. */
export async function keepRunningCode(cloud: CloudApi, name: string, next: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deployed-'))
  try {
    await downloadCode(cloud, name, folder)
    if (await hasSameCode(folder, next)) return
    const kept = folderOf(cloud.env, name)
    await rm(kept, { recursive: true, force: true })
    await cp(folder, kept, { recursive: true })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Compares what runs with what was uploaded. @throws CloudError `CodeDiffers` */
export async function checkRunningCode(
  cloud: CloudApi,
  name: string,
  built: string,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deployed-'))
  try {
    await downloadCode(cloud, name, folder)
    if (!(await hasSameCode(folder, built))) throw new CloudError('CodeDiffers', name)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function hasSameCode(one: string, other: string): Promise<boolean> {
  const [a, b] = await Promise.all(
    [one, other].map((folder) => readFile(join(folder, 'index.js')).catch(() => undefined)),
  )
  return a !== undefined && b !== undefined && a.equals(b)
}

/** A copy of the previous code: deploying it replaces the original. @throws CloudError `NoPrevious` */
export async function previousCode(env: string, name: string): Promise<string> {
  const kept = folderOf(env, name)
  if (!existsSync(join(kept, 'index.js'))) throw new CloudError('NoPrevious', name)
  const copy = `${kept}.rollback`
  await rm(copy, { recursive: true, force: true })
  await cp(kept, copy, { recursive: true })
  return copy
}
