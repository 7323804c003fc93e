import type { Platform } from '../wxRules/deviceProfile'
import type { DomainLists } from '../wxRules/network'

/** A request that the cloud has served, for the panel of requests. */
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
  /** The cloud's id of the request: joins it with the same request as its phone has sent it. */
  requestId?: string
}

/** A rule that allows or refuses a request, with its place in the project. */
export interface RuleLocation {
  /** As written in the file: `private/{openid}/**`. */
  rule: string
  /** Relative to the project. */
  file: string
  /** From 1. */
  line: number
  /** The line and those below that belong to the rule. */
  excerpt: string
}

/** A request as a phone has sent it. */
export interface SentRequest {
  method: string
  url: string
  headers: Record<string, string>
}

/** A request in the terms of the service that it is sent to. */
export interface RequestDescription {
  operation: string
  key: string
  /** The upload that it belongs to: its requests share one row. */
  upload?: UploadStep
  /** Further sections of its details, such as the string to sign. */
  details?: { title: string; text: string }[]
  rule?: RuleLocation
}

/** One request of an upload. */
export interface UploadStep {
  /** Known after the upload has begun. */
  id?: string
  part?: number
  step?: 'begin' | 'complete' | 'abort'
}

/** One row of the panel of requests. Without a status and a failure it is running. */
export interface RequestRecord extends RequestDescription {
  id: string
  time: string
  /** The phone's name, or the caller if it is not a phone. */
  who: string
  /** The `wx` call or the element that sent it; absent if it is not of a phone. */
  api?: string
  method?: string
  /** Without signatures and tokens. */
  url?: string
  status?: number
  code?: string
  decision?: string
  /** Why no response arrived. */
  failure?: string
  milliseconds?: number
  /** Bytes of the request's body that were sent, and all of them. */
  sent?: number
  total?: number
  /** Bytes of the response's body that were received. */
  received?: number
  /** Size of the phone's file that the body is a part of. */
  fileBytes?: number
  requestHeaders?: Record<string, string>
  responseHeaders?: Record<string, string>
  /** The body of an error, at most its beginning. */
  responseText?: string
}

/** Changes of a record, which the page merges by `id`. */
export type RecordUpdate = Partial<RequestRecord> & Pick<RequestRecord, 'id'>

/** The networks that a phone can be switched to. */
export type NetworkProfile = 'wifi' | '4g' | 'weak3g' | 'none'

/** A fault that the page offers to inject. */
export interface FaultChoice {
  name: string
  title: { en: string; zh: string }
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
  /** Hosts, URLs and paths that the preview serves elsewhere: they need not be on a list. */
  routed: string[]
}

/** A phone on the page with all phones. */
export interface ShellPhone {
  name: string
  openid: string
  url: string
  language: string
  platform: Platform
}

/** The settings of the page with all phones. */
export interface ShellSettings {
  phones: ShellPhone[]
  faults: FaultChoice[]
  links: PreviewLink[]
}

/** A page of another server that belongs to the project, such as a storage browser. */
export interface PreviewLink {
  title: { en: string; zh: string }
  url: string
}

/** The messages from the page with all phones to one of them. */
export type PhoneMessage =
  | { type: 'network'; value: NetworkProfile }
  | { type: 'background'; value: boolean }
  | { type: 'theme'; value: 'light' | 'dark' }
  | { type: 'reload' }
  /** Bytes of a request that a slow network has carried so far. */
  | { type: 'sent'; id: string; bytes: number }
  /** Asks for `storage` now and after each change. */
  | { type: 'watchStorage' }
  /** Removes a key of `wx` storage, or all of them. */
  | { type: 'removeStorage'; key?: string }

/** The messages from a phone to the page with all phones. */
export type ShellMessage =
  | { type: 'ready' }
  | { type: 'console'; entry: ConsoleEntry }
  | { type: 'storage'; entries: StorageEntry[]; files: { path: string; size: number }[] }
  /** A request that the phone gave up; `unsent` describes it if it did not reach the preview's server. */
  | { type: 'request'; update: RecordUpdate; unsent: Partial<RequestRecord> }
  | { type: 'copied'; text: string }

export interface ConsoleEntry {
  level: 'debug' | 'error' | 'info' | 'log' | 'warn'
  /** Unix milliseconds. */
  time: number
  text: string
}

export interface StorageEntry {
  key: string
  /** JSON text. */
  value: string
}
