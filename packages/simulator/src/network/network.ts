import type { FileSpace } from '../files/fileSpace'
import type { DomainLists } from './domains'
import type { NetworkServices } from './exchange'

/** All that the three network calls share. */
export interface NetworkOptions extends NetworkServices {
  appid: string
  urlCheck: boolean
  domains: DomainLists
  /** Milliseconds when a call names none. */
  timeout: number
  files: FileSpace
}
