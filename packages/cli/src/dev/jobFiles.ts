import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, promises as fs, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fromCaller, ownFile } from '../project'
import { t } from '../text'

/** A local file that the main job uploads. */
export interface JobFile {
  path: string
  name: string
  size: number
  /** SHA-256 in hex. */
  checksum: string
}

/** Sample pictures, used if no files are given. */
export const SAMPLES = [ownFile('samples/dawn.png'), ownFile('samples/sea.png')]

const GENERATED_BYTES = 25 * 1024 * 1024

/** @throws Error that names the first path that is not a file */
export function checkFiles(given: string[]): void {
  const missing = given.find(
    (path) => !existsSync(fromCaller(path)) || !statSync(fromCaller(path)).isFile(),
  )
  if (missing) throw new Error(t(`no such file: ${missing}`, `文件不存在：${missing}`))
}

/** The files of the command line, or the sample pictures and a generated file of 25 MB. */
export async function chooseFiles(given: string[], folder: string): Promise<JobFile[]> {
  const paths = given.length > 0 ? given.map(fromCaller) : await samples(folder)
  const names = paths.map((path) => basename(path))
  return Promise.all(
    paths.map((path, i) => {
      const name = names[i] as string
      // Files of the same name from two folders become two objects.
      return describe(path, names.indexOf(name) === i ? name : `${i + 1}-${name}`)
    }),
  )
}

async function samples(folder: string): Promise<string[]> {
  const large = join(folder, 'generated-25MB.bin')
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(large, randomBytes(GENERATED_BYTES))
  return [...SAMPLES, large]
}

async function describe(path: string, name: string): Promise<JobFile> {
  const { size } = await fs.stat(path)
  return { path, name, size, checksum: await checksumOf(path) }
}

export async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
