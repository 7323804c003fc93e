import type { Text } from './language'

/** What a fault is, and what to do about it. */
export interface FaultText {
  cause: Text
  fix: Text
}

/** A row of the table of faults: cause and fix in English, then in Chinese. */
export function faultText(cause: string, fix: string, causeZh: string, fixZh: string): FaultText {
  return { cause: { en: cause, zh: causeZh }, fix: { en: fix, zh: fixZh } }
}
