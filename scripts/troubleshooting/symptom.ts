import type { FaultCode } from '../cloud/faults'
import type { Text } from '../cloud/language'

/** What somebody sees, and where the cause and the fix of it stand. */
export interface Symptom {
  /** A text of WeChat, COS or a tool as it is, or what happens. */
  see: string | Text
  /** Code of the error that the client makes of it: docs/ERRORS.md has its row. */
  code?: string
  /** What setup, deploy and doctor call it: its cause and fix are taken from there. */
  fault?: FaultCode
  /** @default that of the fault, or of the code */
  cause?: Text
  /** @default that of the fault, or of the code */
  fix?: Text
}

/** Symptoms that are met in one place. */
export interface SymptomGroup {
  title: Text
  symptoms: Symptom[]
}
