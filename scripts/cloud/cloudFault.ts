import { FAULTS, type FaultCode } from './faults'
import type { Language } from './language'

/** Something that keeps the kit from working on the cloud: what it is, and what to do about it. */
export class CloudFault extends Error {
  readonly code: FaultCode
  /** Names and numbers of this case, never a secret. */
  readonly detail: string

  constructor(code: FaultCode, detail = '') {
    super(`${FAULTS[code].cause.en}${detail ? `: ${detail}` : ''}`)
    this.code = code
    this.detail = detail
  }
}

/** The code, the cause and the fix, for a person. */
export function describeFault({ code, detail }: CloudFault, language: Language): string {
  const { cause, fix } = FAULTS[code]
  const colon = language === 'zh' ? '：' : ': '
  return `${code}\n  ${cause[language]}${detail ? `${colon}${detail}` : ''}\n  → ${fix[language]}`
}
