import { createFakePhone } from '../support/fakePhone'
import { createRecordingWx } from '../support/recordingWx'
import { emptyDocument } from '../support/vectors'
import type { Call, Phone } from './harness'

/** Answers without which cos-wx-sdk-v5 never ends a call (defect 36), and root elements of another name. */
const DOCUMENTS: Record<string, string> = {
  getBucketAcl:
    '<AccessControlPolicy><AccessControlList></AccessControlList></AccessControlPolicy>',
  getObjectAcl:
    '<AccessControlPolicy><AccessControlList></AccessControlList></AccessControlPolicy>',
  getBucketCors: '<CORSConfiguration></CORSConfiguration>',
  getBucketInventory: '<InventoryConfiguration><Id>1</Id></InventoryConfiguration>',
  getBucketLocation: '<LocationConstraint>ap-guangzhou</LocationConstraint>',
  getBucketLogging: '<BucketLoggingStatus><A>1</A></BucketLoggingStatus>',
  getBucketPolicy: '{}',
  getBucketTagging: '<Tagging></Tagging>',
  getObjectTagging: '<Tagging></Tagging>',
  listBucketInventory:
    '<ListInventoryConfigurationResult><A>1</A></ListInventoryConfigurationResult>',
}

function documentOf(method: string): string {
  const setting = /^getBucket(\w+)$/.exec(method)?.[1]
  const root = `${setting}Configuration`
  return DOCUMENTS[method] ?? (setting ? `<${root}></${root}>` : emptyDocument(method))
}

/** A phone whose requests all succeed. */
export function answeringPhone({ method, files }: Call): Phone {
  const answer = { statusCode: 200, header: { ETag: '"e"' }, data: documentOf(method) }
  return createRecordingWx(() => answer, files)
}

/** A phone connected to a simulated COS that supports multipart uploads and copies. */
export const uploadingPhone = ({ files = {}, head }: Call): Phone =>
  createFakePhone({
    files,
    answer(step, _, { header }) {
      if (step === 'head' && head) return { statusCode: 200, header: head }
      const isCopy = 'x-cos-copy-source' in (header as object)
      if (!isCopy) return undefined
      const root = step === 'put' ? 'CopyObjectResult' : 'CopyPartResult'
      return { statusCode: 200, data: `<${root}><ETag>"${step}"</ETag></${root}>` }
    },
  })
