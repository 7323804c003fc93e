import { keyProblem, writeXml } from '@miniprogram-cos/protocol'
import { type Answer, XML_DECLARATION } from '../answer'
import { decide } from '../authorize'
import { readXmlBody } from '../body'
import { Fault } from '../fault'
import { bucketOf, type Handlers, type OperationContext } from './operation'

/** document 436/8289 */
const MAX_KEYS = 1000

export const deleteObject: Handlers = {
  async deleteObject(context) {
    await context.store.deleteObject(bucketOf(context).name, context.request.key)
    return { status: 204 }
  },

  async deleteMultipleObject(context) {
    if (!context.request.headers['content-md5']) {
      throw new Fault('InvalidRequest', 'Missing required header for this request: Content-MD5')
    }
    const body = await readXmlBody(context.request, 'Delete')
    const entries = body.Object
    if (!Array.isArray(entries) || entries.length === 0 || entries.length > MAX_KEYS) {
      throw new Fault('MalformedXML')
    }
    const deleted: object[] = []
    const failed: object[] = []
    for (const entry of entries as Record<string, unknown>[]) {
      const key = entry?.Key
      if (typeof key !== 'string' || key === '') throw new Fault('MalformedXML')
      const refusal = await deleteOne(context, key)
      if (refusal) failed.push(refusal)
      else deleted.push({ Key: key })
    }
    return deleteAnswer(String(body.Quiet).trim() === 'true' ? [] : deleted, failed)
  },
}

/** Deletes a key, or says why not: each key has its own permission (document 436/64963). */
async function deleteOne(context: OperationContext, key: string): Promise<object | undefined> {
  const bucket = bucketOf(context)
  const wanted = { action: 'DeleteObject', bucket: bucket.name, region: bucket.region, path: key }
  const decision = decide(context.principal, wanted, context.request)
  if (!decision.allowed) return { Key: key, Code: 'AccessDenied', Message: 'Access Denied.' }
  if (keyProblem(key)) return { Key: key, Code: 'InvalidArgument', Message: 'Invalid Argument.' }
  await context.store.deleteObject(bucket.name, key)
  return undefined
}

function deleteAnswer(deleted: object[], failed: object[]): Answer {
  return {
    status: 200,
    headers: { 'Content-Type': 'application/xml' },
    body: XML_DECLARATION + writeXml({ DeleteResult: { Deleted: deleted, Error: failed } }),
  }
}
