import { posix } from 'node:path'
import { SAMPLE } from '../config'
import { KIT_FUNCTIONS, ownVersion } from '../project'
import type { Text } from '../text'
import { type AppProject, addedService } from './detect'
import { configText, envExample, serviceText } from './texts'

/** One change to an app. Files are relative to its folder, with forward slashes. */
export type Step = { file: string; about: Text } & (
  | { kind: 'create'; text: string }
  /** Adds lines at the end of a text file. */
  | { kind: 'append'; lines: string[] }
  /** Sets a value in a JSON file, or adds it to a list. */
  | { kind: 'merge'; path: string[]; value: unknown; isItem?: boolean }
  /** Builds a cloud function; `file` is its folder. */
  | { kind: 'build'; name: string }
)

/** The missing files and settings, in the order of writing. Existing ones are never replaced. */
export function plan(app: AppProject): Step[] {
  return [
    ...configuration(app),
    ...dependency(app),
    ...ignoredFiles(app),
    ...exampleOfKeys(app),
    ...projectSettings(app),
    ...service(app),
    ...functions(app),
    ...cloudbase(app),
  ]
}

/** The name of the app's existing or new configuration file. */
export const configName = ({ read, language }: AppProject) =>
  ['cos.config.ts', 'cos.config.js'].find((name) => read(name) !== undefined) ??
  `cos.config.${language}`

function configuration(app: AppProject): Step[] {
  const file = configName(app)
  if (app.read(file) !== undefined) return []
  return [
    {
      kind: 'create',
      file,
      text: configText(app.language, app.env ?? SAMPLE.env, SAMPLE.bucket),
      about: { en: 'bucket, region and access rules', zh: '存储桶、地域与访问规则' },
    },
  ]
}

function dependency({ packageFile, json }: AppProject): Step[] {
  // Client and functions must have the same version.
  const version = `^${ownVersion()}`
  const about = {
    en: `the client, miniprogram-cos ${version}`,
    zh: `客户端 miniprogram-cos ${version}`,
  }
  const present = json(packageFile)
  if (!present) {
    const content = { private: true, dependencies: { 'miniprogram-cos': version } }
    const text = `${JSON.stringify(content, null, 2)}\n`
    return [{ kind: 'create', file: packageFile, text, about }]
  }
  // "Build npm" ignores devDependencies.
  const dependencies = present.dependencies as Record<string, string> | undefined
  if (dependencies?.['miniprogram-cos'] !== undefined) return []
  const path = ['dependencies', 'miniprogram-cos']
  return [{ kind: 'merge', file: packageFile, path, value: version, about }]
}

function ignoredFiles({ read, packageFile }: AppProject): Step[] {
  const wanted = ['.env', '.local-cloud/', '.deploy/']
  if (read(packageFile) === undefined || read('.gitignore') === undefined) {
    wanted.unshift('node_modules/', 'miniprogram_npm/')
  }
  const normalize = (line: string) => line.trim().replace(/^\/|\/$/g, '')
  const present = (read('.gitignore') ?? '').split('\n').map(normalize)
  const lines = wanted.filter((line) => !present.includes(normalize(line)))
  if (lines.length === 0) return []
  const about = { en: 'keys and local data stay out of git', zh: '密钥与本地数据不进入 git' }
  return [{ kind: 'append', file: '.gitignore', lines, about }]
}

function exampleOfKeys({ read }: AppProject): Step[] {
  const present = read('.env.example')
  const about = { en: 'names of the keys; no key', zh: '密钥的变量名，不含密钥' }
  if (present === undefined) {
    return [{ kind: 'create', file: '.env.example', text: envExample(), about }]
  }
  const isName = (line: string) => /^[A-Z_]+=/.test(line)
  const lines = envExample().split('\n').filter(isName)
  const missing = lines.filter(
    (line) => !present.split(/\r?\n/).some((one) => one.startsWith(line)),
  )
  return missing.length === 0
    ? []
    : [{ kind: 'append', file: '.env.example', lines: missing, about }]
}

function projectSettings(app: AppProject): Step[] {
  const file = 'project.config.json'
  const project = app.json(file)
  if (!project) return []
  const steps: Step[] = []
  if (!app.hasCloudfunctionRoot) {
    const value = `${app.cloudfunctionRoot}/`
    steps.push({
      kind: 'merge',
      file,
      path: ['cloudfunctionRoot'],
      value,
      about: { en: 'DevTools uploads functions from here', zh: '开发者工具从该目录上传云函数' },
    })
  }
  if (app.lacksNpmRelation) {
    steps.push({
      kind: 'merge',
      file,
      path: ['setting', 'packNpmRelationList'],
      value: {
        packageJsonPath: `./${app.packageFile}`,
        miniprogramNpmDistDir: `./${app.uploads}`,
      },
      isItem: true,
      about: { en: '"Build npm" finds the client', zh: '“构建 npm”可找到客户端' },
    })
  }
  if (app.framework === 'native' && app.miniprogramRoot === '') steps.push(...unpacked(app))
  return steps
}

/** If the whole folder is the mini program, the kit's files must be excluded from the upload. */
function unpacked(app: AppProject): Step[] {
  const packOptions = app.json('project.config.json')?.packOptions as
    | { ignore?: { type?: unknown; value?: unknown }[] }
    | undefined
  const present = (packOptions?.ignore ?? []).map(({ value }) =>
    String(value).replace(/^\.?\//, ''),
  )
  const wanted: [type: string, value: string][] = [
    ['file', configName(app)],
    ['file', '.env'],
    ['file', '.env.example'],
    ['folder', '.local-cloud'],
    ['folder', '.deploy'],
    ['folder', app.cloudfunctionRoot],
  ]
  return wanted
    .filter(([, value]) => !present.includes(value))
    .map(([type, value]) => ({
      kind: 'merge',
      file: 'project.config.json',
      path: ['packOptions', 'ignore'],
      value: { type, value },
      isItem: true,
      about: { en: 'not part of the mini program package', zh: '不打入小程序包' },
    }))
}

function service(app: AppProject): Step[] {
  const folder = posix.join(app.uploads, 'services')
  if (addedService(app.uploads, app.read) !== undefined) return []
  const isModule = app.language === 'ts' || app.framework !== 'native'
  return [
    {
      kind: 'create',
      file: posix.join(folder, `cos.${app.language}`),
      text: serviceText(app.language, isModule, app.initsCloud),
      about: { en: 'the call to copy into a page', zh: '可复制到页面的调用' },
    },
  ]
}

function functions({ cloudfunctionRoot, functions: states }: AppProject): Step[] {
  return KIT_FUNCTIONS.filter((name) => states[name] !== 'built').map((name) => ({
    kind: 'build',
    file: posix.join(cloudfunctionRoot, name),
    name,
    about: { en: 'cloud function, one file without dependencies', zh: '云函数，单文件，无依赖' },
  }))
}

function cloudbase(app: AppProject): Step[] {
  const present = app.json('cloudbaserc.json')
  if (!present) return []
  const listed = Array.isArray(present.functions) ? present.functions : []
  return KIT_FUNCTIONS.filter((name) => !listed.some((one) => one?.name === name)).map((name) => ({
    kind: 'merge',
    file: 'cloudbaserc.json',
    path: ['functions'],
    value: {
      name,
      timeout: 20,
      memorySize: 256,
      runtime: 'Nodejs20.19',
      handler: 'index.main',
      installDependency: false,
    },
    isItem: true,
    about: { en: 'the CloudBase CLI deploys it too', zh: 'CloudBase CLI 亦可部署' },
  }))
}
