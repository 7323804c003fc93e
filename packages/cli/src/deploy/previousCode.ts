import { existsSync } from 'node:fs'
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CloudApi } from '../cloud/api'
import { CloudError } from '../cloud/errors'
import { at } from '../project'

/** Folder for replaced code, ignored by git. */
const folderOf = (env: string, name: string) => at('.deploy', env, name)

/** Downloads the deployed code of a function to a folder. @throws CloudError */
async function downloadCode(cloud: CloudApi, name: string, folder: string): Promise<void> {
  await cloud.doing(`download of ${name}`, () =>
    cloud.functions.downloadFunctionCode({
      destPath: folder,
      envId: cloud.env,
      functionName: name,
    }),
  )
}

/** Saves the deployed code, unless it equals the new code. */
export async function keepRunningCode(cloud: CloudApi, name: string, next: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'deployed-'))
  try {
    await downloadCode(cloud, name, folder)
    if (await hasSameCode(folder, next)) return
    const savedFolder = folderOf(cloud.env, name)
    await rm(savedFolder, { recursive: true, force: true })
    await cp(folder, savedFolder, { recursive: true })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Compares the deployed code with the uploaded code. @throws CloudError `CodeDiffers` */
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

/** Copies the previous code, because deploying it replaces the saved code. @throws CloudError `NoPrevious` */
export async function previousCode(env: string, name: string): Promise<string> {
  const savedFolder = folderOf(env, name)
  if (!existsSync(join(savedFolder, 'index.js'))) throw new CloudError('NoPrevious', name)
  const copy = `${savedFolder}.rollback`
  await rm(copy, { recursive: true, force: true })
  await cp(savedFolder, copy, { recursive: true })
  return copy
}
