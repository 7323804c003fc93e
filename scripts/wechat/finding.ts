/** Something that DevTools or a phone would refuse. */
export interface Finding {
  /** Relative to the project, with forward slashes. */
  file: string
  /** From 1. Absent if the whole file is meant. */
  line?: number
  message: string
}

/** `miniprogram/app.json:3: pages[1] ...`, as editors understand it. */
export function describeFinding({ file, line, message }: Finding): string {
  return `${line === undefined ? file : `${file}:${line}`}: ${message}`
}
