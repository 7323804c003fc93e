import { readdirSync } from 'node:fs'
import { dirname, join, posix, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitepress'
import { GROUPS, type Language, PAGES, type Page, sitePath, writeTextFiles } from './pages'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** Markdown files of the repository that are no pages: VitePress takes every file that is not excluded. */
const otherDocuments = (readdirSync(ROOT, { recursive: true }) as string[]).filter(
  (file) => file.endsWith('.md') && !file.includes('node_modules') && !sitePath(file),
)

/** The address of a page on the site. */
function addressOf(page: Page, language: Language): string {
  const path = `/${page.path.replace(/(^|\/)index$/, '$1')}`
  return language === 'en' ? `/en${path}` : path
}

/** The pages in the bar at the top. */
const NAVIGATION = ['guides/start', 'guides/add-to-app', 'reference/troubleshooting'].flatMap(
  (path) => PAGES.find((page) => page.path === path) ?? [],
)

const links = (language: Language, pages: Page[]) =>
  pages.map((page) => ({ text: page.title[language], link: addressOf(page, language) }))

const sidebar = (language: Language) =>
  GROUPS.map(({ title, pages }) => ({ text: title[language], items: links(language, pages) }))

/** Documents link to each other by file, so that they can be read in the repository, too. */
function siteLink(href: string, file: string): string | undefined {
  const [, path = '', fragment = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? []
  const target = sitePath(posix.join(posix.dirname(file), path))
  return target && `/${target.replace(/\.md$/, '').replace(/(^|\/)index$/, '$1')}${fragment}`
}

/** Chinese has no spaces between words: each character is searched for by itself. */
const tokenize = (text: string) =>
  text.toLowerCase().match(/[\p{Script=Han}]|[\p{L}\p{N}_-]+/gu) ?? []

export default defineConfig({
  srcDir: '..',
  srcExclude: otherDocuments,
  outDir: './dist',
  cacheDir: './.vitepress/cache',
  title: 'miniprogram-cos',
  cleanUrls: true,
  head: [
    ['link', { rel: 'icon', href: 'data:,' }],
    // On a phone a Chinese first column would be one character wide.
    ['style', {}, '.vp-doc td:first-child { min-width: 7em } .vp-doc th { white-space: nowrap }'],
  ],
  rewrites: (file) => sitePath(file) ?? file,
  locales: {
    root: {
      label: '简体中文',
      lang: 'zh-CN',
      description: '把用户的照片和文件从微信小程序直接上传到你自己的腾讯云 COS 存储桶',
      themeConfig: {
        nav: links('zh', NAVIGATION),
        sidebar: sidebar('zh'),
        outline: { label: '本页内容', level: [2, 3] },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '外观',
        lightModeSwitchTitle: '切换到浅色',
        darkModeSwitchTitle: '切换到深色',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '回到顶部',
        langMenuLabel: '语言',
        skipToContentLabel: '跳到正文',
        notFound: {
          title: '没有这个页面',
          quote: '地址可能有误，或者页面已移动。',
          linkLabel: '回到首页',
          linkText: '回到首页',
        },
      },
    },
    en: {
      label: 'English',
      lang: 'en',
      description: 'Upload the files of your mini program’s users to your own Tencent COS bucket',
      themeConfig: {
        nav: links('en', NAVIGATION),
        sidebar: sidebar('en'),
        outline: { level: [2, 3] },
      },
    },
  },
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        miniSearch: { options: { tokenize } },
        locales: {
          root: {
            translations: {
              button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
              modal: {
                displayDetails: '显示详情',
                resetButtonTitle: '清除',
                backButtonTitle: '关闭',
                noResultsText: '没有结果：',
                footer: { selectText: '打开', navigateText: '选择', closeText: '关闭' },
              },
            },
          },
        },
      },
    },
  },
  markdown: {
    config(md) {
      md.core.ruler.push('site_links', ({ tokens, env }) => {
        const file = relative(ROOT, env.realPath ?? env.path)
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          const href = token.attrGet('href')
          if (token.type !== 'link_open' || !href || /^([a-z]+:|#|\/)/.test(href)) continue
          token.attrSet('href', siteLink(href, file) ?? '')
        }
        for (const { children } of tokens) {
          if (!children) continue
          unlink(children)
          joinLines(children)
        }
      })
    },
  },
  vite: {
    // The esbuild that this repository has cannot lower newer syntax to Vite's default targets.
    build: { target: 'es2022', chunkSizeWarningLimit: 2000 },
    server: { watch: { ignored: ['**/node_modules/**', '**/dist/**', '**/.local-cloud/**'] } },
  },
  buildEnd: ({ outDir }) => writeTextFiles(ROOT, outDir),
})

/** What a document links to in the repository, and the site does not show, stays as text. */
function unlink(
  tokens: { type: string; attrGet(name: string): string | null; hidden: boolean }[],
): void {
  let isDead = false
  for (const token of tokens) {
    if (token.type === 'link_open') isDead = token.attrGet('href') === ''
    if (isDead && /^link_/.test(token.type)) {
      const isEnd = token.type === 'link_close'
      token.type = 'text'
      if (isEnd) isDead = false
    }
  }
}

/** A line break between two Chinese characters is no space. */
function joinLines(tokens: { type: string; content: string }[]): void {
  tokens.forEach((token, i) => {
    const isChinese = /[\p{Script=Han}，。；：、！？）（“”]/u
    const before = tokens[i - 1]?.content.slice(-1) ?? ''
    const after = tokens[i + 1]?.content.slice(0, 1) ?? ''
    if (token.type === 'softbreak' && isChinese.test(before) && isChinese.test(after)) {
      token.type = 'text'
    }
  })
}
