import type { XmlElement } from '@miniprogram-cos/protocol'
import { authorize, decide } from '../authorize'
import { readXmlBody } from '../body'
import { CosServiceError } from '../errors'
import { keyError, versionIdOf, withoutLeadingSlashes } from '../request'
import { type CosResponse, xmlResponse } from '../response'
import { elements, malformed } from '../xmlElements'
import { bucketOf, type Handlers, type OperationContext } from './operation'

/** Maximum number of keys in a request (document 436/8289). */
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
      throw new CosServiceError(
        'InvalidRequest',
        'Missing required header for this request: Content-MD5',
      )
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
    return deleteResponse(String(body.Quiet).trim() === 'true' ? [] : deleted, failed)
  },
}

/** Reads all entries before the first is deleted: an invalid list deletes nothing. */
function readEntries(body: XmlElement): { key: string; versionId?: string }[] {
  return elements(body, 'Object', { min: 1, max: MAX_KEYS }).map((entry) => {
    const { Key: key, VersionId: versionId } = entry
    if (typeof key !== 'string' || key === '') throw malformed('Key is missing')
    return {
      key: withoutLeadingSlashes(key),
      ...(typeof versionId === 'string' && versionId !== '' ? { versionId } : {}),
    }
  })
}

/** Deletes one key, which requires its own permission (document 436/64963). */
async function deleteOne(
  context: OperationContext,
  key: string,
  versionId: string | undefined,
): Promise<{ deleted: object; failed?: undefined } | { failed: object }> {
  const bucket = bucketOf(context)
  const access = {
    action: 'DeleteObject',
    bucket: bucket.name,
    region: bucket.region,
    path: key,
    versionId,
  }
  const decision = await decide(context, access)
  const failed = (Code: string, Message: string) => ({
    failed: { Key: key, VersionId: versionId, Code, Message },
  })
  if (!decision.allowed) return failed('AccessDenied', 'Access Denied.')
  const error = keyError(key)
  if (error) return failed(error.code, error.message)
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

function deleteResponse(deleted: object[], failed: object[]): CosResponse {
  if (deleted.length + failed.length > 0) {
    return xmlResponse({ DeleteResult: { Deleted: deleted, Error: failed } })
  }
  // The quiet response has no declaration (document 436/8289).
  const headers = { 'Content-Type': 'application/xml' }
  return { status: 200, headers, body: '<DeleteResult/>' }
}
