import type { DomainLists } from '../network/domains'

/** What a phone's page is told when it loads. Who its user is, only the server knows. */
export interface PhoneSettings {
  name: string
  appid: string
  language: string
  theme: 'light' | 'dark'
  urlCheck: boolean
  domains: DomainLists
}
