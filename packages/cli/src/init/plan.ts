import { posix } from 'node:path'
import { KIT_FUNCTIONS, ownVersion, SAMPLE } from '../project'
import { type Text, t } from '../text'
import { type AppProject, addedService } from './detect'

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
    (line) => !present.split(/\r?\n/).some((other) => other.startsWith(line)),
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
  return KIT_FUNCTIONS.filter((name) => !listed.some((entry) => entry?.name === name)).map(
    (name) => ({
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
    }),
  )
}

/**
 * Texts of the files that `init` adds to an app, with comments in the user's language. The configuration is a plain
 * object, so that apps without the server package can load it.
 */

function configText(language: 'js' | 'ts', env: string, bucket: string): string {
  const type =
    language === 'js'
      ? "/** @type {import('@miniprogram-cos/server').CosConfig} */\n"
      : t(
          '// With @miniprogram-cos/server as a development dependency, defineConfig({ ... }) checks it in the editor.\n',
          '// 把 @miniprogram-cos/server 装为开发依赖并使用 defineConfig({ ... })，编辑器即可检查配置。\n',
        )
  const head = t(
    `// Where the files of this app's users are, and who may do what. \`dev\` applies a change at once; before you deploy by
// DevTools, run npx @miniprogram-cos/cli build.`,
    `// 用户文件所在的存储桶，以及谁可以做什么。\`dev\` 会立即应用修改；用开发者工具上传云函数之前，
// 请先执行 npx @miniprogram-cos/cli build。`,
  )
  const openid = t(
    "{openid} is the caller's OPENID, which the cloud function takes from WeChat and never from the app.",
    '{openid} 是调用者的 OPENID，由云函数从微信获取，绝不取自小程序传来的内容。',
  )
  return `${head}
${type}export const config = {
  env: '${env}',
  bucket: '${bucket}',
  region: 'ap-guangzhou',
  access: {
    // ${openid}
    'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] },
    'shared/{openid}/**': { owner: ['read', 'write', 'delete', 'list'], everyone: ['read'] },
  },
}
`
}

const envExample = () =>
  t(
    `# Copy to .env, or let \`npx @miniprogram-cos/cli setup\` write it. It is ignored by git; never commit a key.
# The local cloud needs none of this.

# A CAM sub-account that may deploy. Not the root account's key.
TENCENTCLOUD_SECRET_ID=
TENCENTCLOUD_SECRET_KEY=
# Only with a temporary key.
TENCENTCLOUD_TOKEN=

# Another sub-account, whose key the cloud functions hold; its rights are the most any user can get
# (\`npx @miniprogram-cos/cli policy\` prints them).
COS_STS_SECRET_ID=
COS_STS_SECRET_KEY=
`,
    `# 复制为 .env，或由 \`npx @miniprogram-cos/cli setup\` 写入。git 会忽略 .env；请勿提交密钥。
# 本地云不需要这些密钥。

# 有部署权限的 CAM 子账号，不要使用主账号密钥。
TENCENTCLOUD_SECRET_ID=
TENCENTCLOUD_SECRET_KEY=
# 仅在使用临时密钥时填写。
TENCENTCLOUD_TOKEN=

# 另一个子账号，其密钥由云函数持有；它的权限是任何用户所能得到的上限
# （\`npx @miniprogram-cos/cli policy\` 可打印）。
COS_STS_SECRET_ID=
COS_STS_SECRET_KEY=
`,
  )

/** @param initsCloud whether the app calls wx.cloud.init itself */
function serviceText(language: 'js' | 'ts', isModule: boolean, initsCloud: boolean): string {
  const isTyped = language === 'ts'
  const load = isModule
    ? "import { COS } from 'miniprogram-cos'"
    : "const { COS } = require('miniprogram-cos')"
  const use = isModule
    ? "import { upload } from '../../services/cos'"
    : "const { upload } = require('../../services/cos')"
  const init = initsCloud
    ? ''
    : `
// ${t('Once in an app, before any cloud function is called.', '整个小程序调用一次，须在调用任何云函数之前。')}
wx.cloud.init()
`
  const exported = isModule ? 'export ' : ''
  return `// ${t('Files of each user in a folder of their own. In a page:', '每个用户的文件都在自己的目录中。在页面中：')}
//   ${use}
//   const { tempFiles } = await wx.chooseMedia({ count: 1 })
//   const { Key } = await upload(tempFiles[0].tempFilePath)
${load}
${init}
// ${t("Paths with a quota or beforeUpload need COS.cloud({ mode: 'signature' }).", "带有 quota 或 beforeUpload 的路径需要 COS.cloud({ mode: 'signature' })。")}
/** ${t("The app's only COS client. Bucket, region and the user's folder come from the cloud function.", '整个小程序唯一的 COS 客户端。存储桶、地域与用户目录由云函数给出。')} */
${exported}const cos = COS.cloud({ functionName: 'cos-credentials' })

/** ${t('A name that no other file has: WeChat repeats temporary names on some devices.', '不重复的文件名：在部分设备上，微信的临时文件名会重复。')} */
function newName(path${isTyped ? ': string' : ''}) {
  const [extension = ''] = /\\.\\w+$/.exec(path) || []
  return \`\${Date.now()}-\${Math.random().toString(36).slice(2, 10)}\${extension}\`
}

/** ${t("Uploads a local file into the caller's folder.", '把本地文件上传到调用者自己的目录。')} */
${exported}async function upload(path${isTyped ? ': string' : ''}, name = newName(path)) {
  const { prefix } = await cos.caller()
  const Key = prefix + name
  const { ETag } = await cos.uploadFile({ Key, FilePath: path })
  return { Key, ETag }
}
${isModule ? '' : '\nmodule.exports = { cos, upload }\n'}`
}
