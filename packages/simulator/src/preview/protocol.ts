import type { NetworkType } from '../appState'
import type { Platform } from '../deviceProfile'
import type { DomainLists } from '../network/limits'

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
  themeLocation?: string
  usingComponents?: Record<string, string>
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

/** What the compiled app registers first. */
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

/** A request of a phone to the cloud, for the panel of requests. */
export interface Activity {
  /** ISO time. */
  time: string
  /** The phone's name, or the caller if it is not a phone. */
  who: string
  /** `putObject`, `getBucket`, `callFunction`. */
  operation: string
  /** The key, the prefix or the function's name; may be empty. */
  key: string
  status: number
  /** Error code of COS or of the function. */
  code?: string
  /** The rule that allowed or refused it. */
  decision?: string
  milliseconds: number
}

/** Settings of a phone's page. The user is known to the server only. */
export interface PhoneSettings {
  name: string
  appid: string
  language: string
  theme: 'light' | 'dark'
  urlCheck: boolean
  device: Platform
  /** `wx` calls that the privacy agreement does not declare: they fail with errno 112. */
  undeclaredPrivacy: string[]
  domains: DomainLists
}

/** A phone on the page with all phones. */
export interface ShellPhone {
  name: string
  openid: string
  url: string
  language: string
}

/** What the page with all phones may ask of one of them. */
export type PhoneMessage =
  | { type: 'network'; value: NetworkType }
  | { type: 'background'; value: boolean }
  | { type: 'theme'; value: 'light' | 'dark' }
  | { type: 'reload' }
