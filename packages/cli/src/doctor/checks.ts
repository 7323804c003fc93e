import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { type CosConfig, checkConfig, collectionsOf, trashLifecycle } from '@miniprogram-cos/server'
import {
  CloudApi,
  checkDeployer,
  checkEnvironment,
  checkFunctionKey,
  checkOwnConfig,
  excessRights,
  FUNCTIONS_ONLY,
} from '../cloud/account'
import { checkPrivacy, checkRegion, refererObstacle } from '../cloud/bucketChecks'
import {
  bucketParams,
  cleansStaleUploads,
  cosClient,
  hasStrictSignature,
  keptTrash,
} from '../cloud/bucketSettings'
import { bucketError, CloudError } from '../cloud/errors'
import { deployKey, functionKey, type Settings } from '../cloud/settings'
import { checkDeployed, checkFunction, wantedFunctions } from '../deploy/deployFunction'
import { isOldNode } from '../nodeVersion'
import { maskId } from '../output'
import { at, functionNames, hasFunctionSources, projectRoot } from '../project'
import { type Text, t } from '../text'
import { compareLists, domainLists, readConsoleLists } from '../wechat/domainLists'
import { accessCheck } from './accessCheck'

/** The input of the checks. */
export interface DoctorContext {
  config: CosConfig
  settings: Settings
  /** Version of Node that runs. */
  node: string
  /** The console's domain lists as text, if they were passed. */
  domains?: string
  /** Called with warnings. */
  warn: (error: CloudError) => void
}

/** One check of the doctor. */
export interface Check {
  name: Text
  /** @returns details of a successful result @throws CloudError */
  run: (context: DoctorContext) => Promise<string | undefined>
}

/** The APIs, called with the key that deploys. */
const deployerApi = ({ settings, config }: DoctorContext) =>
  new CloudApi(deployKey(settings), config.env)

/** All checks, in the order in which they run. Each relies on the ones before it. */
export const checks: Check[] = [
  {
    name: { en: 'Node', zh: 'Node 版本' },
    async run({ node }) {
      if (isOldNode(node)) throw new CloudError('NodeTooOld', node)
      return node
    },
  },
  // Checks that the installed packages are the tested versions.
  {
    name: { en: 'installed tools', zh: '已安装的工具' },
    async run() {
      // In an app, the app chooses the versions.
      if (!hasFunctionSources()) return undefined
      const read = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
      const { devDependencies = {} } = read(at('package.json')) as {
        devDependencies?: Record<string, string>
      }
      for (const [name, wanted] of Object.entries(devDependencies)) {
        if (!/^\d/.test(wanted)) continue
        const file = at('node_modules', name, 'package.json')
        const present = existsSync(file) ? read(file).version : 'missing'
        if (present !== wanted) {
          throw new CloudError('ToolsDiffer', `${name}: ${present}, not ${wanted}`)
        }
      }
      return undefined
    },
  },
  {
    name: { en: 'cos.config.ts and its access rules', zh: 'cos.config.ts 与访问规则' },
    async run({ config }) {
      checkOwnConfig(config)
      if (config.addresses?.includes('pathStyle')) throw new CloudError('PathStyle')
      return `${config.bucket}, ${config.region}, ${config.env}`
    },
  },
  {
    name: { en: '.env is private', zh: '.env 未外泄' },
    async run() {
      const file = at('.env')
      if (!existsSync(file)) return undefined
      const isWindows = process.platform === 'win32'
      if (!isWindows && statSync(file).mode & 0o077) throw new CloudError('EnvFileExposed')
      // 1: not ignored; 128: no repository, or no git.
      const { status } = spawnSync('git', ['check-ignore', '-q', '.env'], { cwd: projectRoot() })
      if (status === 1) throw new CloudError('EnvFileTracked')
      return undefined
    },
  },
  {
    name: { en: 'both keys and their accounts', zh: '两个密钥及其归属' },
    async run({ settings, config, warn }) {
      const deployer = deployKey(settings)
      const key = functionKey(settings)
      const identity = await checkDeployer(new CloudApi(deployer, config.env))
      await checkFunctionKey(key, deployer, identity, config.env)
      const bucket = bucketParams(config)
      const excess = await excessRights(key, bucket, config.env)
      if (excess.length > 0) warn(new CloudError('FunctionKeyTooPowerful', excess.join(', ')))
      return `${maskId(deployer.SecretId)}, ${maskId(key.SecretId)}, ${identity.AccountId}`
    },
  },
  {
    name: { en: 'CloudBase environment', zh: '云开发环境' },
    async run(context) {
      await checkEnvironment(deployerApi(context))
      return context.config.env
    },
  },
  {
    name: { en: 'cloud functions and their variables', zh: '云函数及其环境变量' },
    async run(context) {
      const wanted = wantedFunctions(context.settings)
      for (const one of wanted) await checkDeployed(deployerApi(context), one)
      return wanted.map(({ name }) => name).join(', ')
    },
  },
  {
    name: {
      en: 'functions run, and refuse a caller without identity',
      zh: '云函数可运行并拒绝匿名调用',
    },
    async run(context) {
      for (const name of functionNames()) await checkFunction(deployerApi(context), name)
      return undefined
    },
  },
  {
    name: { en: 'bucket, region and privacy', zh: '存储桶、地域与私有权限' },
    async run({ settings, config }) {
      const cos = cosClient(deployKey(settings))
      await checkRegion(cos, bucketParams(config))
      await checkPrivacy(cos, config)
      return `${config.bucket}, ${config.region}`
    },
  },
  {
    name: {
      en: 'strict signatures, clean-up, hotlink protection',
      zh: '严格签名、分块清理与防盗链',
    },
    async run({ settings, config }) {
      const cos = cosClient(deployKey(settings))
      const bucket = bucketParams(config)
      try {
        const obstacle = await refererObstacle(cos, bucket)
        if (obstacle) throw new CloudError('RefererBlocks', obstacle)
        if (!(await hasStrictSignature(cos, bucket))) throw new CloudError('StrictSignatureOff')
        if (!(await cleansStaleUploads(cos, bucket))) throw new CloudError('LifecycleMissing')
        const [kept] = await keptTrash(cos, bucket, trashLifecycle(checkConfig(config).rules))
        if (kept) throw new CloudError('TrashKept', `${kept.prefix}, ${kept.days}`)
      } catch (error) {
        throw bucketError(error, 'bucket configuration')
      }
      return undefined
    },
  },
  // Checks that phones cannot reach the records of hooks, quotas and the trash.
  {
    name: { en: "the kit's collections in the database", zh: '数据库中工具包所用的集合' },
    async run({ settings, config }) {
      const cloud = new CloudApi(deployKey(settings), config.env)
      const names = collectionsOf(checkConfig(config).rules)
      for (const name of names) {
        const permission = await cloud.collectionPermission(name)
        if (permission !== FUNCTIONS_ONLY) {
          throw new CloudError('CollectionOpen', permission ? `${name}, ${permission}` : name)
        }
      }
      return names.length > 0 ? names.join(', ') : t('none is used', '未使用')
    },
  },
  accessCheck,
  {
    name: { en: "WeChat's domain lists", zh: '微信服务器域名' },
    async run({ config, domains: text }) {
      if (text === undefined) {
        return t(
          'not checked: pass them with --domains FILE (npm run domains)',
          '未检查：请用 --domains FILE 提供（npm run domains）',
        )
      }
      const lists = compareLists(domainLists(config), readConsoleLists(text))
      const missing = lists.flatMap(({ list, missing }) =>
        missing.map((domain) => `${list}: ${domain}`),
      )
      if (missing.length > 0) throw new CloudError('DomainMissing', missing.join(', '))
      return undefined
    },
  },
]
