import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A language of the site. Chinese is at the root, English below `/en/`. */
export type Language = 'zh' | 'en'

export interface Page {
  /** The document in the repository, without its ending: `.md` is English, `.zh-CN.md` Chinese. */
  source: string
  /** Its address on the site, without language. */
  path: string
  title: Record<Language, string>
  /** The Chinese document, without its ending, where it has another name. @default `source` with `.zh-CN` */
  chineseSource?: string
}

interface Group {
  title: Record<Language, string>
  pages: Page[]
}

const page = (source: string, path: string, zh: string, en: string): Page => ({
  source,
  path,
  title: { zh, en },
})

/** A page whose document is in docs/guides. */
const guide = (name: string, zh: string, en: string): Page =>
  page(`docs/guides/${name}`, `guides/${name}`, zh, en)

/** Every page of the site, in the order of the sidebar. */
export const GROUPS: Group[] = [
  {
    title: { zh: '开始', en: 'Start' },
    pages: [
      guide('start', '五分钟上手', 'Five minutes'),
      guide('add-to-app', '接入已有小程序', 'Add to an app'),
      page('docs/REAL_CLOUD', 'guides/real-cloud', '部署到腾讯云', 'Deploy to Tencent Cloud'),
      page(
        'docs/from-cos-wx-sdk',
        'guides/from-cos-wx-sdk',
        '从 cos-wx-sdk-v5 迁移',
        'From cos-wx-sdk-v5',
      ),
    ],
  },
  {
    title: { zh: '在小程序中', en: 'In the app' },
    pages: [
      guide('native', '原生小程序', 'Native mini program'),
      guide('components', '组件', 'Components'),
      guide('taro', 'Taro', 'Taro'),
      guide('uni-app', 'uni-app', 'uni-app'),
      guide('single-file', '不用 npm', 'Without npm'),
      guide('large-files', '上传大文件', 'Large files'),
      guide('downloads', '下载', 'Downloads'),
      guide('prepare', '上传前处理文件', 'Prepare files'),
      guide('upload-without-sdk', '不用 SDK 上传', 'Upload without the SDK'),
      guide('image-processing', '图片处理', 'Image processing'),
    ],
  },
  {
    title: { zh: '在云端', en: 'In the cloud' },
    pages: [
      page(
        'cloudfunctions/README',
        'guides/cloud-functions',
        '云函数与访问规则',
        'Functions and access rules',
      ),
      page(
        'packages/server/README',
        'guides/server',
        '在自己的云函数中使用',
        'In your own function',
      ),
      guide('hooks', '上传钩子', 'Upload hooks'),
      guide('quota', '配额', 'Quotas'),
      guide('trash', '回收站', 'Trash'),
      guide('rules', '测试访问规则', 'Tested access rules'),
      guide('key-server', '自建密钥服务', 'Your own key server'),
      guide('server-names', '由服务端命名', 'Server-made names'),
      guide('content-review', '内容审核', 'Content review'),
      guide('several-buckets', '多个存储桶', 'Several buckets'),
      guide('migration', '从 wx.cloud 云存储迁移', 'From wx.cloud storage'),
    ],
  },
  {
    title: { zh: '在本机', en: 'On your machine' },
    pages: [
      guide('preview', '浏览器预览', 'Browser preview'),
      page('packages/local-cloud/README', 'guides/local-cloud', '本地云', 'Local cloud'),
      page('packages/simulator/README', 'guides/testing', '测试', 'Testing'),
    ],
  },
  {
    title: { zh: '参考', en: 'Reference' },
    pages: [
      page('docs/TROUBLESHOOTING', 'reference/troubleshooting', '故障排查', 'Troubleshooting'),
      page('docs/ERRORS', 'reference/errors', '错误码', 'Errors'),
      page('packages/client/README', 'reference/client', '客户端', 'Client'),
      page('packages/cli/README', 'reference/cli', '命令行', 'Commands'),
      {
        ...page('docs/api/README', 'reference/api/index', 'API 参考', 'API reference'),
        chineseSource: 'docs/api.zh-CN/README',
      },
      page('SECURITY', 'reference/security', '安全', 'Security'),
      page('docs/BENCHMARKS', 'reference/benchmarks', '性能对比', 'Benchmarks'),
      page('docs/comparison', 'reference/comparison', '与其他方案对比', 'Comparison'),
      page('docs/decisions', 'reference/decisions', '设计决定', 'Decisions'),
    ],
  },
]

/** The start page of each language. */
const HOME = page('docs/index', 'index', '首页', 'Home')

export const PAGES: Page[] = [HOME, ...GROUPS.flatMap(({ pages }) => pages)]

export const sourceOf = (
  { source, chineseSource = `${source}.zh-CN` }: Page,
  language: Language,
): string => `${language === 'en' ? source : chineseSource}.md`

/** The path of a document on the site, with `.md`, or `undefined` if the site does not show it. */
export function sitePath(source: string): string | undefined {
  const [, chinese, name] = /^docs\/api(\.zh-CN)?\/((?:classes|interfaces)\/.*)$/.exec(source) ?? []
  if (name) return `${chinese ? '' : 'en/'}reference/api/${name}`
  for (const page of PAGES) {
    if (source === sourceOf(page, 'zh')) return `${page.path}.md`
    if (source === sourceOf(page, 'en')) return `en/${page.path}.md`
  }
  return undefined
}

/** Writes what coding agents read: each page as Markdown, and `llms.txt`, which lists them. */
export function writeTextFiles(root: string, site: string): void {
  const lines = [
    '# miniprogram-cos',
    '',
    '> Integration kit for Tencent COS in WeChat mini programs: a typed client that replaces cos-wx-sdk-v5, cloud functions',
    '> that issue keys limited to the caller’s folder, and a local cloud for development and tests without an account.',
  ]
  for (const { title, pages } of GROUPS) {
    lines.push('', `## ${title.en}`, '')
    for (const page of pages) {
      const source = sourceOf(page, 'en')
      const path = sitePath(source) ?? source
      mkdirSync(dirname(join(site, path)), { recursive: true })
      cpSync(join(root, source), join(site, path))
      lines.push(`- [${page.title.en}](/${path})`)
    }
  }
  cpSync(join(root, 'docs/SKILL.md'), join(site, 'SKILL.md'))
  lines.push('', '## For coding agents', '', '- [Skill](/SKILL.md)')
  writeFileSync(join(site, 'llms.txt'), `${lines.join('\n')}\n`)
}
