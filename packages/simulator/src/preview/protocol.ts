import type { NetworkType } from '../appState'
import type { Platform } from '../deviceProfile'
import type { DomainLists } from '../network/limits'

/** The parts of app.json that the preview reads. */
export interface AppConfig {
  pages: string[]
  window?: Record<string, unknown>
  tabBar?: Record<string, unknown>
  darkmode?: boolean
  themeLocation?: string
  usingComponents?: Record<string, string>
}

/** A page or a component. */
export interface Part {
  /** `pages/files/files` */
  path: string
  kind: 'page' | 'component'
  config: Record<string, unknown> & { usingComponents?: Record<string, string> }
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
