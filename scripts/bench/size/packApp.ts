import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { sizeWithRequired } from '../../../packages/cli/src/wechat/clientSize'
import { staged } from '../../../packages/cli/src/wechat/project'
import { at } from '../../build/root'
import { packProject } from './packProject'

/** What an app requires: a package, and the file of it that it takes. */
interface Required {
  name: string
  entry: string
}

export interface Packed {
  /** Bytes of what "Build npm" makes of the client, as far as the app requires it. */
  built: number
  /** Bytes of the whole package that would be uploaded. */
  uploaded: number
}

/** As DevTools sets a new project up; "Build npm" is for an app that requires something. */
const configOf = (packNpmManually: boolean) => ({
  appid: 'touristappid',
  compileType: 'miniprogram',
  miniprogramRoot: 'app/',
  libVersion: '3.8.0',
  setting: {
    packNpmManually,
    packNpmRelationList: [{ packageJsonPath: './package.json', miniprogramNpmDistDir: './app/' }],
    es6: true,
    enhance: true,
    minified: true,
    ignoreUploadUnusedFiles: true,
  },
})

/** An app of one empty page that requires one thing, or nothing, packed as WeChat packs it. */
export async function packApp(required?: Required): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-size-'))
  const config = configOf(required !== undefined)
  try {
    await writeApp(folder, config, required)
    const { uploaded, measured: built } = await packProject(folder, config, (project) => {
      if (!required) return 0
      const { name, entry } = required
      return sizeWithRequired(staged(project, join(project.app, 'miniprogram_npm', name, entry)))
    })
    return { built, uploaded }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeApp(folder: string, config: object, required?: Required): Promise<void> {
  const dependencies: Record<string, string> = {}
  let script = 'App({})\n'
  if (required) {
    const { name, entry } = required
    dependencies[name] = '*'
    script = `require('${name}/${entry.replace(/\.js$/, '')}')\n${script}`
    const copied = { recursive: true, dereference: true }
    await cp(at('node_modules', name), join(folder, 'node_modules', name), copied)
  }
  const files = {
    'project.config.json': JSON.stringify(config),
    'package.json': JSON.stringify({ name: 'app', dependencies }),
    'app/app.json': JSON.stringify({ pages: ['pages/page/page'] }),
    'app/app.js': script,
    'app/pages/page/page.js': 'Page({})\n',
    'app/pages/page/page.json': '{}\n',
    'app/pages/page/page.wxml': '<view />\n',
  }
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
