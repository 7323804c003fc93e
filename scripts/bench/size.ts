import { readFileSync, statSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buildNpm } from '../../packages/cli/src/wechat/buildNpm'
import { compileProject } from '../../packages/cli/src/wechat/checkProject'
import { hasWechatTools } from '../../packages/cli/src/wechat/miniprogramCi'
import {
  describeFinding,
  type Project,
  type ProjectConfig,
  staged,
  stageProject,
} from '../../packages/cli/src/wechat/project'
import { sizeWithRequired } from '../../packages/cli/src/wechat/sizes'
import { at, ROOT } from '../build/root'
import type { Rounds, Suite } from './figure'

const KB = 1024
const OFFICIAL = 'cos-wx-sdk-v5'
const CLIENT = 'miniprogram-cos'
const COMPARED = { unit: 'KB', better: 'less', peer: OFFICIAL } as const

/** The growth of an app's package. Needs WeChat's own tools. */
export const size: Suite = {
  title: { en: 'Package size', zh: '包体积' },
  how: {
    en: `An app with one empty page gets one client and is built by WeChat's own tools (\`miniprogram-ci\`). Measured are the
files that "Build npm" makes and the app requires, and the growth of the package that would be uploaded, compared with
the same app without a client. WeChat compiles to ES5 (\`es6\` and \`enhance\`), adds helpers once per app, and leaves out
what nothing requires (\`ignoreUploadUnusedFiles\`). The official client is ES5 already. 1 KB is 1024 bytes, as in DevTools.`,
    zh: `在只有一个空页面的小程序中引用一个客户端，用微信官方工具（\`miniprogram-ci\`）构建。测量“构建 npm”后小程序引用的文件，以及与不含客户端的
同一小程序相比，待上传代码包增加的大小。微信会转为 ES5（\`es6\` 与 \`enhance\`），每个小程序加入一次辅助函数，并去掉未引用的文件
（\`ignoreUploadUnusedFiles\`）。官方 SDK 本身就是 ES5。与开发者工具一致，1 KB 为 1024 字节。`,
  },
  missingReason: "WeChat's own tools are not installed: npm run check:wechat",
  figures: {
    'size.client': {
      what: { en: 'the client, as "Build npm" makes it', zh: '客户端，“构建 npm”后' },
      ...COMPARED,
    },
    'size.upload': {
      what: {
        en: 'the upload-only client, as "Build npm" makes it',
        zh: '仅上传的客户端，“构建 npm”后',
      },
      ...COMPARED,
    },
    'size.clientUploaded': {
      what: { en: 'growth of the uploaded package, client', zh: '待上传代码包的增量，客户端' },
      ...COMPARED,
    },
    'size.uploadUploaded': {
      what: {
        en: 'growth of the uploaded package, upload-only client',
        zh: '待上传代码包的增量，仅上传的客户端',
      },
      ...COMPARED,
    },
    'size.demo': {
      what: { en: 'the demo app, as uploaded', zh: '演示小程序，待上传的代码包' },
      unit: 'KB',
      better: 'less',
    },
  },
  async run() {
    if (!hasWechatTools()) {
      return Object.fromEntries(Object.keys(this.figures).map((id) => [id, undefined]))
    }
    const empty = await packApp()
    const official = await packApp({ name: OFFICIAL, entry: 'index.js' })
    const client = await packApp({ name: CLIENT, entry: 'index.js' })
    const upload = await packApp({ name: CLIENT, entry: 'upload.js' })
    const config = JSON.parse(readFileSync(at('project.config.json'), 'utf8'))
    const demo = await packProject(ROOT, config, () => {})

    const compare = (own: number, peer: number): Rounds => ({ ours: [own / KB], peer: [peer / KB] })
    const growth = (own: number) =>
      compare(own - empty.uploaded, official.uploaded - empty.uploaded)
    return {
      'size.client': compare(client.built, official.built),
      'size.upload': compare(upload.built, official.built),
      'size.clientUploaded': growth(client.uploaded),
      'size.uploadUploaded': growth(upload.uploaded),
      'size.demo': { ours: [demo.uploaded / KB] },
    }
  },
}

/** A required package, and the file of it that the app loads. */
interface Required {
  name: string
  entry: string
}

interface PackedApp {
  /** Bytes of what "Build npm" makes of the client, as far as the app requires it. */
  built: number
  /** Bytes of the whole package that would be uploaded. */
  uploaded: number
}

/** Settings of a new project in DevTools; "Build npm" is for an app that requires something. */
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

/** Packs an app with one empty page that requires one package, or nothing. */
async function packApp(required?: Required): Promise<PackedApp> {
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

/**
 * Builds npm packages and compiles a mini program with WeChat's own tools, as before an upload.
 * @returns the bytes of the package that would be uploaded, and what `measure` says of the built project
 * @throws Error if WeChat finds a fault
 */
async function packProject<T>(
  folder: string,
  config: ProjectConfig,
  measure: (project: Project) => T,
): Promise<{ uploaded: number; measured: T }> {
  const project = await stageProject(folder, config)
  try {
    const findings = await buildNpm(project)
    const compiled = await compileProject(project)
    if ('finding' in compiled) findings.push(compiled.finding)
    if (findings.length > 0 || 'finding' in compiled) {
      throw new Error(findings.map(describeFinding).join('\n'))
    }
    const sizes = compiled.paths.map((path) => statSync(join(compiled.out, path)).size)
    return { uploaded: sizes.reduce((sum, size) => sum + size, 0), measured: measure(project) }
  } finally {
    await rm(project.stage, { recursive: true, force: true })
  }
}
