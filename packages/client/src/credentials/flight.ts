import type { TaskInfo } from '../tasks/taskInfo'
import type { Key, ReadySignature, ScopeEntry } from './answers'

/** One call of the provider, and what its key will permit. */
export class Flight {
  answer!: Promise<Key | ReadySignature>
  /** It has not left yet: requests of the same turn may join it. */
  isOpen = false
  /** The provider has failed once, and is asked again. */
  isRepeated = false
  private wanted = new Map<string, ScopeEntry>()

  constructor(scope: ScopeEntry[]) {
    this.add(scope)
  }

  get scope(): ScopeEntry[] {
    return [...this.wanted.values()]
  }

  covers(scope: ScopeEntry[]): boolean {
    return scope.every((entry) => this.wanted.has(JSON.stringify(entry)))
  }

  add(scope: ScopeEntry[]): void {
    for (const entry of scope) this.wanted.set(JSON.stringify(entry), entry)
  }

  /** Back to what is needed at once. @returns whether it was more */
  narrow(scope: ScopeEntry[]): boolean {
    const { size } = this.wanted
    this.wanted = new Map()
    this.add(scope)
    return size > this.wanted.size
  }
}

const UPLOAD = /(?:(?:Put|Post)Object|(InitiateMultipartUpload|ListParts|UploadPart))$/
const IN_PARTS = ['InitiateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload']

/**
 * What will be asked for soon after this: the rest of an upload in parts, and, since files of one queue are
 * mostly alike, the same for each file that waits. One by one, so that a call can take as many as it may.
 */
export function foreseen([own, more]: ScopeEntry[], queue: TaskInfo[]): ScopeEntry[][] {
  const [upload, inParts] = (!more && UPLOAD.exec(own?.action ?? '')) || []
  if (!own || !upload) return []
  const actions = inParts ? IN_PARTS.map((name) => `name/cos:${name}`) : [own.action]
  const keys = new Set([own.prefix])
  for (const { Bucket, Region, Key } of queue) {
    // Nowhere said means the place that the cloud function has told.
    const isThere = (Bucket || own.bucket) === own.bucket && (Region || own.region) === own.region
    if (isThere) keys.add(Key.replace(/^\//, ''))
  }
  return [...keys].map((prefix) => actions.map((action) => ({ ...own, action, prefix })))
}
