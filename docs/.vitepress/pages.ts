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

/** Every page of the site, in the order of the sidebar. */
export const GROUPS: Group[] = [
  {
    title: { zh: '开始', en: 'Start' },
    pages: [
      page('docs/guides/start', 'guides/start', '五分钟上手', 'Five minutes'),
      page('docs/guides/add-to-app', 'guides/add-to-app', '接入已有小程序', 'Add to an app'),
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
      page('docs/guides/native', 'guides/native', '原生小程序', 'Native mini program'),
      page('docs/guides/components', 'guides/components', '组件', 'Components'),
      page('docs/guides/taro', 'guides/taro', 'Taro', 'Taro'),
      page('docs/guides/uni-app', 'guides/uni-app', 'uni-app', 'uni-app'),
      page('docs/guides/single-file', 'guides/single-file', '不用 npm', 'Without npm'),
      page('docs/guides/large-files', 'guides/large-files', '上传大文件', 'Large files'),
      page('docs/guides/downloads', 'guides/downloads', '下载', 'Downloads'),
      page('docs/guides/prepare', 'guides/prepare', '上传前处理文件', 'Prepare files'),
      page(
        'docs/guides/upload-without-sdk',
        'guides/upload-without-sdk',
        '不用 SDK 上传',
        'Upload without the SDK',
      ),
      page(
        'docs/guides/image-processing',
        'guides/image-processing',
        '图片处理',
        'Image processing',
      ),
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
      page('docs/guides/hooks', 'guides/hooks', '上传钩子', 'Upload hooks'),
      page('docs/guides/quota', 'guides/quota', '配额', 'Quotas'),
      page('docs/guides/trash', 'guides/trash', '回收站', 'Trash'),
      page('docs/guides/rules', 'guides/rules', '测试访问规则', 'Tested access rules'),
      page('docs/guides/key-server', 'guides/key-server', '自建密钥服务', 'Your own key server'),
      page('docs/guides/server-names', 'guides/server-names', '由服务端命名', 'Server-made names'),
      page('docs/guides/content-review', 'guides/content-review', '内容审核', 'Content review'),
      page(
        'docs/guides/several-buckets',
        'guides/several-buckets',
        '多个存储桶',
        'Several buckets',
      ),
      page(
        'docs/guides/migration',
        'guides/migration',
        '从 wx.cloud 云存储迁移',
        'From wx.cloud storage',
      ),
    ],
  },
  {
    title: { zh: '在本机', en: 'On your machine' },
    pages: [
      page('docs/guides/preview', 'guides/preview', '浏览器预览', 'Browser preview'),
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
