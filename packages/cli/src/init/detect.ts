import { existsSync, readFileSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { type FunctionState, functionState } from '../deploy/buildFunctions'
import { KIT_FUNCTIONS } from '../project'
import { localizedError, t } from '../text'

/** How an app is built: by DevTools from its sources, or by a bundler that writes what DevTools opens. */
export type Framework = 'native' | 'taro' | 'uni-app' | 'other'

/** The properties of an app that `init` uses. Paths are relative to its folder, with forward slashes; '' is the folder. */
export interface AppProject {
  root: string
  framework: Framework
  language: 'js' | 'ts'
  /** The folder that DevTools opens as the mini program. */
  miniprogramRoot: string
  /** The folder of the app's own code. */
  sources: string
  /** The folder with the code that uploads: `sources`, or a sub-package. Packages of a native app are built into it. */
  uploads: string
  /** Without a trailing slash. */
  cloudfunctionRoot: string
  hasCloudfunctionRoot: boolean
  /** The package.json from which DevTools or the bundler takes packages. */
  packageFile: string
  /** `packNpmManually` is on, and no entry of its list leads to a package.json. */
  lacksNpmRelation: boolean
  /** The CloudBase environment, if the app specifies it. */
  env: string | undefined
  /** Whether the app calls wx.cloud.init. */
  initsCloud: boolean
  functions: Record<string, FunctionState>
  /** Reads a file of the app; undefined if it does not exist. */
  read: (file: string) => string | undefined
  /** Reads a JSON file of the app. @throws Error that names the file, if it is not JSON */
  json: (file: string) => Record<string, unknown> | undefined
}

/**
 * Reads the folder of an app, without changes.
 * @param subPackage root of the sub-package that uploads. @default the one with the module that `init` added, if any
 * @throws Error in one line if it is not the folder of a mini program, a file in it is not JSON, or it has no such
 * sub-package
 */
export function detect(root: string, subPackage?: string): AppProject {
  const read = (file: string) => {
    const path = join(root, file)
    if (!existsSync(path) || !statSync(path).isFile()) return undefined
    return readFileSync(path, 'utf8')
  }
  const json = (file: string) => {
    const text = read(file)
    return text === undefined ? undefined : parseObject(file, text)
  }
  const framework = frameworkOf(json('package.json'))
  const project = json('project.config.json')
  // uni-app writes project.config.json into what it builds.
  if (!project && framework !== 'uni-app') throw new Error(missingProject(root))
  const miniprogramRoot = folderOf(project?.miniprogramRoot ?? builtByUniApp(framework, root))
  const isNative = framework === 'native'
  if (isNative && !existsSync(join(root, miniprogramRoot, 'app.json'))) {
    if (!json('package.json')) throw new Error(missingApp(miniprogramRoot))
  }
  const kind =
    isNative && read(join(miniprogramRoot, 'app.json')) === undefined ? 'other' : framework
  const sources = kind === 'native' ? miniprogramRoot : existsSync(join(root, 'src')) ? 'src' : ''
  const configured = folderOf(
    json('project.private.config.json')?.cloudfunctionRoot ?? project?.cloudfunctionRoot,
  )
  const cloudbase = json('cloudbaserc.json')
  const cloudfunctionRoot = configured || folderOf(cloudbase?.functionRoot) || 'cloudfunctions'
  const uploads = posix.join(
    sources,
    uploader(
      kind,
      json(posix.join(miniprogramRoot, 'app.json')),
      subPackage,
      (path) => addedService(posix.join(sources, path), read) !== undefined,
    ),
  )
  const app = ['app.ts', 'app.tsx', 'app.js', 'app.jsx', 'main.ts', 'main.js', 'App.vue']
    .map((name) => read(posix.join(sources, name)) ?? '')
    .join('\n')
  return {
    root,
    framework: kind,
    language: languageOf(kind, sources, read),
    miniprogramRoot,
    sources,
    uploads: uploads === '.' ? '' : uploads,
    cloudfunctionRoot,
    hasCloudfunctionRoot: configured !== '',
    ...packageOf(kind, uploads, uploads !== posix.join(sources), project, read),
    env: envOf(cloudbase, app),
    initsCloud: /\bcloud\s*\.\s*init\s*\(/.test(app),
    functions: Object.fromEntries(
      KIT_FUNCTIONS.map((name) => [name, functionState(join(root, cloudfunctionRoot, name))]),
    ),
    read,
    json,
  }
}

/** The module that `init` has added to a folder, if it is there. */
export function addedService(folder: string, read: AppProject['read']): string | undefined {
  const names = ['cos.ts', 'cos.js'].map((name) => posix.join(folder, 'services', name))
  return names.find((name) => read(name) !== undefined)
}

/** Root of the sub-package that uploads; '' for the main package. @throws Error if the app has no such sub-package */
function uploader(
  framework: Framework,
  app: Record<string, unknown> | undefined,
  wanted: string | undefined,
  hasService: (root: string) => boolean,
): string {
  const listed = [app?.subPackages ?? app?.subpackages].flat() as { root?: unknown }[]
  const roots =
    framework === 'native'
      ? listed.map((subPackage) => folderOf(subPackage?.root)).filter(Boolean)
      : []
  if (wanted === undefined) return roots.find(hasService) ?? ''
  const root = folderOf(wanted)
  if (roots.includes(root)) return root
  const known = roots.join(', ') || t('none', '无')
  throw localizedError(
    `app.json has no sub-package ${wanted} (it has: ${known})`,
    `app.json 中没有分包 ${wanted}（现有：${known}）`,
  )
}

function parseObject(file: string, text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    const reason = (error as Error).message.replace(/\s+/g, ' ')
    throw localizedError(
      `${file} is not valid JSON: ${reason}`,
      `${file} 不是有效的 JSON：${reason}`,
    )
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>
  }
  throw localizedError(`${file} does not contain an object`, `${file} 的内容不是对象`)
}

const missingProject = (root: string) =>
  t(
    `there is no project.config.json in ${root}: run init in the folder that DevTools opens`,
    `${root} 中没有 project.config.json：请在开发者工具打开的目录中执行 init`,
  )

const missingApp = (folder: string) =>
  t(
    `there is no app.json in ${folder || 'this folder'}, which project.config.json names as miniprogramRoot`,
    `project.config.json 的 miniprogramRoot（${folder || '当前目录'}）中没有 app.json`,
  )

/** Normalises a path: `miniprogram` for `./miniprogram/`. */
function folderOf(path: unknown): string {
  if (typeof path !== 'string') return ''
  const normal = posix.normalize(path.replaceAll('\\', '/')).replace(/^\/+|\/+$/g, '')
  return normal === '.' ? '' : normal
}

/** The folder of uni-app's latest build, which DevTools opens. */
function builtByUniApp(framework: Framework, root: string): string | undefined {
  if (framework !== 'uni-app') return undefined
  const folders = ['dist/build/mp-weixin', 'dist/dev/mp-weixin']
  const builtAt = (folder: string) => {
    const app = join(root, folder, 'app.json')
    return existsSync(app) ? statSync(app).mtimeMs : 0
  }
  return folders.sort((a, b) => builtAt(b) - builtAt(a))[0]
}

function frameworkOf(packageJson: Record<string, unknown> | undefined): Framework {
  const names = [packageJson?.dependencies, packageJson?.devDependencies].flatMap((versions) =>
    typeof versions === 'object' && versions !== null ? Object.keys(versions) : [],
  )
  if (names.includes('@tarojs/taro')) return 'taro'
  if (names.some((name) => name.startsWith('@dcloudio/uni-'))) return 'uni-app'
  return 'native'
}

function languageOf(
  framework: Framework,
  sources: string,
  read: AppProject['read'],
): AppProject['language'] {
  const file = framework === 'native' ? posix.join(sources, 'app.ts') : 'tsconfig.json'
  return read(file) === undefined ? 'js' : 'ts'
}

interface NpmRelation {
  packageJsonPath?: unknown
}

/**
 * "Build npm" reads the package.json of miniprogramRoot and of each sub-package, or those that packNpmRelationList names.
 * @param folder the folder that uses the packages
 */
function packageOf(
  framework: Framework,
  folder: string,
  isSubPackage: boolean,
  project: Record<string, unknown> | undefined,
  read: AppProject['read'],
): Pick<AppProject, 'packageFile' | 'lacksNpmRelation'> {
  if (framework !== 'native') return { packageFile: 'package.json', lacksNpmRelation: false }
  const inApp = posix.join(folder, 'package.json')
  const setting = project?.setting as
    | { packNpmManually?: unknown; packNpmRelationList?: NpmRelation[] }
    | undefined
  if (setting?.packNpmManually !== true) return { packageFile: inApp, lacksNpmRelation: false }
  const listed = (setting.packNpmRelationList ?? [])
    .map(({ packageJsonPath }) => folderOf(packageJsonPath))
    .filter((path) => path !== '')
  const suitable = isSubPackage ? listed.filter((path) => path === inApp) : listed
  const found = suitable.find((path) => read(path) !== undefined) ?? suitable[0]
  if (found !== undefined) return { packageFile: found, lacksNpmRelation: false }
  const packageFile = isSubPackage || read(inApp) !== undefined ? inApp : 'package.json'
  return { packageFile, lacksNpmRelation: true }
}

/** The environment of cloudbaserc.json, or of the app's call of wx.cloud.init. */
function envOf(cloudbase: Record<string, unknown> | undefined, app: string): string | undefined {
  const [, inApp] = /\bcloud\s*\.\s*init\s*\(\s*\{[^}]*\benv\s*:\s*['"]([^'"]+)['"]/.exec(app) ?? []
  const found = [cloudbase?.envId, inApp].find(
    (id) => typeof id === 'string' && /^[A-Za-z0-9][\w-]{0,63}$/.test(id),
  )
  return found as string | undefined
}
