import { asList, type XmlValue } from '@miniprogram-cos/protocol'
import { authorize, decide } from '../access/authorize'
import { type Answer, xmlAnswer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { readXmlBody } from '../request/body'
import { keyFault, withoutLeadingSlashes } from '../request/key'
import { versionIdOf } from '../request/request'
import { bucketOf, type Handlers, type OperationContext } from './operation'

/** document 436/8289 */
const MAX_KEYS = 1000

export const deleteObject: Handlers = {
  async deleteObject(context) {
    const { request, store } = context
    const outcome = await store.objects.delete(bucketOf(context), request.key, versionIdOf(request))
    return {
      status: 204,
      headers: {
        ...(outcome.versionId ? { 'x-cos-version-id': outcome.versionId } : {}),
        ...(outcome.isDeleteMarker ? { 'x-cos-delete-marker': 'true' } : {}),
      },
    }
  },

  async deleteMultipleObject(context) {
    if (!context.request.headers['content-md5']) {
      throw new Fault('InvalidRequest', 'Missing required header for this request: Content-MD5')
    }
    if (context.principal.kind === 'anonymous') {
      const { name, region } = bucketOf(context)
      await authorize(context, [
        { action: 'DeleteMultipleObjects', bucket: name, region, path: '' },
      ])
    }
    const body = await readXmlBody(context.request, 'Delete')
    const entries = readEntries(body)
    const deleted: object[] = []
    const failed: object[] = []
    for (const { key, versionId } of entries) {
      const outcome = await deleteOne(context, key, versionId)
      if (outcome.failed) failed.push(outcome.failed)
      else deleted.push(outcome.deleted)
    }
    return deleteAnswer(String(body.Quiet).trim() === 'true' ? [] : deleted, failed)
  },
}

/** All entries are read before the first is deleted: a list is taken whole or not at all. */
function readEntries(body: Record<string, unknown>): { key: string; versionId?: string }[] {
  const entries = asList<Record<string, unknown>>(body.Object as XmlValue | undefined)
  if (entries.length === 0 || entries.length > MAX_KEYS) throw new Fault('MalformedXML')
  return entries.map((entry) => {
    const { Key: key, VersionId: versionId } = entry ?? {}
    if (typeof key !== 'string' || key === '') throw new Fault('MalformedXML')
    return {
      key: withoutLeadingSlashes(key),
      ...(typeof versionId === 'string' && versionId !== '' ? { versionId } : {}),
    }
  })
}

/** Deletes a key, or says why not: each key has its own permission (document 436/64963). */
async function deleteOne(
  context: OperationContext,
  key: string,
  versionId: string | undefined,
): Promise<{ deleted: object; failed?: undefined } | { failed: object }> {
  const bucket = bucketOf(context)
  const wanted = {
    action: 'DeleteObject',
    bucket: bucket.name,
    region: bucket.region,
    path: key,
    versionId,
  }
  const decision = await decide(context, wanted)
  const failed = (Code: string, Message: string) => ({
    failed: { Key: key, VersionId: versionId, Code, Message },
  })
  if (!decision.allowed) return failed('AccessDenied', 'Access Denied.')
  const problem = keyFault(key)
  if (problem) return failed(problem.code, problem.message)
  const outcome = await context.store.objects.delete(bucket, key, versionId)
  return {
    deleted: {
      Key: key,
      DeleteMarker: outcome.isDeleteMarker,
      DeleteMarkerVersionId: outcome.isDeleteMarker ? outcome.versionId : undefined,
      VersionId: versionId,
    },
  }
}

function deleteAnswer(deleted: object[], failed: object[]): Answer {
  if (deleted.length + failed.length > 0) {
    return xmlAnswer({ DeleteResult: { Deleted: deleted, Error: failed } })
  }
  // A quiet success is exactly this, without a declaration (document 436/8289).
  const headers = { 'Content-Type': 'application/xml' }
  return { status: 200, headers, body: '<DeleteResult/>' }
}
