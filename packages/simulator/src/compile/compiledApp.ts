// The output of the compiler, which the phone runs.

/** The parts of app.json that the preview reads. */
export interface AppConfig {
  /** All pages, those of sub-packages included; the first is shown at the start. */
  pages: string[]
  entryPagePath?: string
  subpackages?: { root?: string; pages?: string[] }[]
  subPackages?: { root?: string; pages?: string[] }[]
  window?: Record<string, unknown>
  tabBar?: Record<string, unknown> & { list?: TabItem[]; custom?: boolean }
  darkmode?: boolean
  /** `v2` draws buttons and the like in their later style. */
  style?: string
  renderer?: string
  rendererOptions?: { skyline?: { defaultDisplayBlock?: boolean; defaultContentBox?: boolean } }
  themeLocation?: string
  usingComponents?: Record<string, string>
  /** Libraries that WeChat adds: name -> version. */
  useExtendedLib?: Record<string, string>
  /** Turns the privacy checks on: personal data needs the user's consent. */
  __usePrivacyCheck__?: boolean
}

export interface TabItem {
  pagePath: string
  text: string
  iconPath?: string
  selectedIconPath?: string
}

/** A page or a component. */
export interface Part {
  /** `pages/files/files` */
  path: string
  kind: 'page' | 'component'
  config: Record<string, unknown> & { usingComponents: Record<string, string> }
  /** Tags of components that the preview does not load, such as those of plugins. */
  foreign: string[]
}

/** A page or a component as the compiled app registers it. */
export interface CompiledPart extends Part {
  /** Prefix of its class names. */
  scope: string
  /** CSS */
  style: string
  /** Why it does not compile; empty if it does. */
  problems: SourceProblem[]
}

/** The definition that the compiled app registers first. */
export interface AppDefinition {
  config: AppConfig
  /** theme.json */
  theme?: { light: Record<string, string>; dark: Record<string, string> }
  /** CSS of app.wxss */
  style: string
  warnings: SourceProblem[]
  problems?: SourceProblem[]
}

/** An error in the app's source. */
export interface SourceProblem {
  /** Relative to the mini program's root. */
  file: string
  /** From 1; 0 if only the file is known. */
  line: number
  /** From 1. */
  column: number
  message: string
  /** The line and those around it. */
  excerpt: string
}

/**
 * WeChat's units in the browser's: `rpx` is a 750th of the screen's width, and a page's `vh` and `vw` are of the
 * area between the bars, not of the window. Files of the app are served below `/app/`.
 */
export function browserUnits(css: string): string {
  return css
    .replace(
      /(^|[^\w.-])(-?\d*\.?\d+)rpx\b/gi,
      (_, before: string, number: string) => `${before}calc(${number} * var(--rpx))`,
    )
    .replace(/(^|[^\w.-])(-?\d*\.?\d+)v([hw])\b/g, '$1$2cq$3')
    .replace(/url\((["']?)\/(?!\/)/g, 'url($1/app/')
}
