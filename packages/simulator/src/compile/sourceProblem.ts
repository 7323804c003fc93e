/** Something wrong in the app's source, at a place an editor can go to. */
export interface SourceProblem {
  /** Relative to the mini program's root. */
  file: string
  /** From 1; 0 where only the file is known. */
  line: number
  /** From 1. */
  column: number
  message: string
  /** The line itself, and those around it. */
  excerpt: string
}
