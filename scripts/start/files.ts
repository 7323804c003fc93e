import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, promises as fs, statSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { ROOT } from '../build/root'

/** A local file that the main job uploads. */
export interface JobFile {
  path: string
  name: string
  size: number
  /** SHA-256 in hex. */
  checksum: string
}

const GENERATED_BYTES = 25 * 1024 * 1024

/** The folder the user is in, also when npm runs this from the project's. */
const pathOf = (given: string) => resolve(process.env.INIT_CWD ?? process.cwd(), given)

/** @throws Error naming the first file that is none */
export function checkFiles(given: string[]): void {
  const missing = given.find(
    (path) => !existsSync(pathOf(path)) || !statSync(pathOf(path)).isFile(),
  )
  if (missing) throw new Error(`no such file: ${missing}`)
}

/** The files named by the user, or the sample pictures and one generated 25 MB file. */
export async function chooseFiles(given: string[], folder: string): Promise<JobFile[]> {
  const paths = given.length > 0 ? given.map(pathOf) : await samples(folder)
  const names = paths.map((path) => basename(path))
  return Promise.all(
    paths.map((path, i) => {
      const name = names[i] as string
      // Files of one name from two folders stay two objects.
      return describe(path, names.indexOf(name) === i ? name : `${i + 1}-${name}`)
    }),
  )
}

async function samples(folder: string): Promise<string[]> {
  const large = join(folder, 'generated-25MB.bin')
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(large, randomBytes(GENERATED_BYTES))
  return [join(ROOT, 'scripts/samples/dawn.png'), join(ROOT, 'scripts/samples/sea.png'), large]
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
