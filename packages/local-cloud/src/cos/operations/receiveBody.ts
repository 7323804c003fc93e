import { Fault } from '../answer/fault'
import { bodyOf, limited } from '../request/body'
import type { WrittenBlob } from '../store/blob'
import type { OperationContext } from './operation'

/**
 * Takes the request's body in as a loose blob, checked against the digest that was announced.
 * @throws Fault `EntityTooLarge`, `BadDigest`, `IncompleteBody`; nothing is left behind then
 */
export async function receiveBody(
  { request, store }: OperationContext,
  md5: string | undefined,
  maxBytes: number,
): Promise<WrittenBlob> {
  // Known to be too large: refused before a byte is read.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new Fault('EntityTooLarge')
  const blob = await store.engine.writeBlob(limited(bodyOf(request), maxBytes))
  if (md5 && md5 !== blob.md5) {
    await store.engine.discard([blob.id])
    throw new Fault('BadDigest')
  }
  return blob
}
