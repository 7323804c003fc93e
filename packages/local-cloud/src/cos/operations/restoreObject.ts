import { Fault } from '../answer/fault'
import { integer, oneOf, requiredElement } from '../documents/element'
import { beginRestore } from '../object/restore'
import { readXmlBody } from '../request/body'
import { versionIdOf } from '../request/request'
import type { RestoreTier } from '../store/records'
import { bucketOf, type Handlers } from './operation'

const MAX_DAYS = 365

export const restoreObject: Handlers = {
  /** POST Object restore (document 436/12633): the copy can be read once its tier's time has passed. */
  async restoreObject(context) {
    const { request, store, now, restoreDelayMs } = context
    const body = await readXmlBody(request, 'RestoreRequest')
    const days = integer(body, 'Days', 1, MAX_DAYS)
    if (days === undefined) throw new Fault('MalformedXML')
    const job = requiredElement(body, 'CASJobParameters')
    const tier = oneOf(job, 'Tier', ['Expedited', 'Standard', 'Bulk']) as RestoreTier
    const versionId = versionIdOf(request)
    await store.objects.update(bucketOf(context), request.key, versionId, (object) => {
      if (!object) throw new Fault(versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion')
      return { ...object, restore: beginRestore(object, { tier, days }, now, restoreDelayMs) }
    })
    return { status: 202 }
  },
}
