import type { OperationName } from '@miniprogram-cos/protocol'
import { type Answer, XML_DECLARATION, xmlAnswer } from '../answer'
import { parseXmlBody, readTextBody, readXmlBody } from '../body'
import { Fault, type FaultCode } from '../fault'
import { normaliseBucketPolicy } from '../policy/bucketPolicy'
import { tagsOfDocument } from '../tags'
import { bucketOf, type Handler, type Handlers, type OperationContext } from './operation'

/** A bucket setting that is stored and given back as it was posted. */
interface Setting {
  /** Ending of the operations' names: `Cors` for putBucketCors. */
  name: string
  subresource: string
  root: string
  /** What a GET answers when there is none: an error, or an empty document. */
  absent: FaultCode | 'empty'
  /** @default 200 */
  putStatus?: 200 | 204
  check?: (document: Record<string, unknown>) => void
}

const SETTINGS: Setting[] = [
  {
    name: 'Cors',
    subresource: 'cors',
    root: 'CORSConfiguration',
    absent: 'NoSuchCORSConfiguration',
    check: needs('CORSRule'),
  },
  {
    name: 'Tagging',
    subresource: 'tagging',
    root: 'Tagging',
    absent: 'NoSuchTagSet',
    putStatus: 204,
    check: (document) => void tagsOfDocument(document, 'bucket'),
  },
  {
    name: 'Lifecycle',
    subresource: 'lifecycle',
    root: 'LifecycleConfiguration',
    absent: 'NoSuchLifecycleConfiguration',
    check: needs('Rule'),
  },
  {
    name: 'Replication',
    subresource: 'replication',
    root: 'ReplicationConfiguration',
    absent: 'ReplicationConfigurationNotFoundError',
    check: needs('Rule'),
  },
  {
    name: 'Website',
    subresource: 'website',
    root: 'WebsiteConfiguration',
    absent: 'NoSuchWebsiteConfiguration',
    check: needs('IndexDocument'),
  },
  {
    name: 'Referer',
    subresource: 'referer',
    root: 'RefererConfiguration',
    absent: 'NoSuchRefererConfiguration',
    check: needs('Status'),
  },
  {
    name: 'Domain',
    subresource: 'domain',
    root: 'DomainConfiguration',
    absent: 'DomainConfigNotFoundError',
    check: needs('DomainRule'),
  },
  {
    name: 'Origin',
    subresource: 'origin',
    root: 'OriginConfiguration',
    absent: 'OriginConfigurationNotFoundError',
    check: needs('OriginRule'),
  },
  { name: 'Logging', subresource: 'logging', root: 'BucketLoggingStatus', absent: 'empty' },
  {
    name: 'Accelerate',
    subresource: 'accelerate',
    root: 'AccelerateConfiguration',
    absent: 'empty',
    check: needs('Status'),
  },
  {
    name: 'Encryption',
    subresource: 'encryption',
    root: 'ServerSideEncryptionConfiguration',
    absent: 'NoSuchEncryptionConfiguration',
    check: needs('Rule'),
  },
  {
    name: 'StrictSignature',
    subresource: 'strict-signature',
    root: 'StrictSignatureConfiguration',
    absent: 'empty',
    check: needs('Rule'),
  },
]

function needs(element: string): (document: Record<string, unknown>) => void {
  return (document) => {
    if (document[element] === undefined) throw new Fault('MalformedXML')
  }
}

async function setDocument(
  context: OperationContext,
  name: string,
  text: string | undefined,
): Promise<void> {
  await context.store.buckets.update(bucketOf(context).name, (record) => {
    const { [name]: _, ...rest } = record.documents ?? {}
    return { ...record, documents: text === undefined ? rest : { ...rest, [name]: text } }
  })
}

function stored(context: OperationContext, name: string): string | undefined {
  return bucketOf(context).documents?.[name]
}

function documentAnswer(text: string): Answer {
  const body = text.startsWith('<?xml') ? text : XML_DECLARATION + text
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body }
}

function handlersOf({ name, subresource, root, absent, putStatus, check }: Setting): Handlers {
  const put: Handler = async (context) => {
    const text = await readTextBody(context.request)
    check?.(parseXmlBody(text, root))
    await setDocument(context, subresource, text)
    return { status: putStatus ?? 200 }
  }
  const get: Handler = async (context) => {
    const text = stored(context, subresource)
    if (text !== undefined) return documentAnswer(text)
    if (absent === 'empty') return documentAnswer(`<${root}/>`)
    throw new Fault(absent)
  }
  const remove: Handler = async (context) => {
    await setDocument(context, subresource, undefined)
    return { status: 204 }
  }
  return {
    [`putBucket${name}`]: put,
    [`getBucket${name}`]: get,
    [`deleteBucket${name}`]: remove,
  } as Partial<Record<OperationName, Handler>>
}

const inventoryName = (context: OperationContext) => `inventory/${context.request.query.id ?? ''}`

export const configurations: Handlers = {
  ...Object.assign({}, ...SETTINGS.map(handlersOf)),

  async getBucketLocation(context) {
    return xmlAnswer({ LocationConstraint: bucketOf(context).region })
  },

  async putBucketVersioning(context) {
    const { Status } = await readXmlBody(context.request, 'VersioningConfiguration')
    if (Status !== 'Enabled' && Status !== 'Suspended') throw new Fault('MalformedXML')
    await context.store.buckets.update(bucketOf(context).name, (record) => ({
      ...record,
      versioning: Status,
    }))
    return { status: 200 }
  },

  async getBucketVersioning(context) {
    const { versioning } = bucketOf(context)
    return xmlAnswer({ VersioningConfiguration: versioning ? { Status: versioning } : {} })
  },

  async putBucketPolicy(context) {
    const text = await readTextBody(context.request)
    await setDocument(context, 'policy', normaliseBucketPolicy(text))
    return { status: 204 }
  },

  async getBucketPolicy(context) {
    const text = stored(context, 'policy')
    if (text === undefined) throw new Fault('NoSuchBucketPolicy')
    return { status: 200, headers: { 'Content-Type': 'application/json' }, body: text }
  },

  async deleteBucketPolicy(context) {
    await setDocument(context, 'policy', undefined)
    return { status: 204 }
  },

  async putBucketInventory(context) {
    const text = await readTextBody(context.request)
    const { Id } = parseXmlBody(text, 'InventoryConfiguration')
    if (Id !== context.request.query.id) throw new Fault('InvalidArgument')
    await setDocument(context, inventoryName(context), text)
    return { status: 200 }
  },

  async getBucketInventory(context) {
    const text = stored(context, inventoryName(context))
    if (text === undefined) throw new Fault('InventoryConfigurationNotFoundError')
    return documentAnswer(text)
  },

  async deleteBucketInventory(context) {
    await setDocument(context, inventoryName(context), undefined)
    return { status: 204 }
  },

  async listBucketInventory(context) {
    const documents = Object.entries(bucketOf(context).documents ?? {})
      .filter(([name]) => name.startsWith('inventory/'))
      .map(([, text]) => text.replace(/^<\?xml[^>]*>\s*/, ''))
    const body = `${documents.join('')}<IsTruncated>false</IsTruncated>`
    return documentAnswer(
      `<ListInventoryConfigurationResult>${body}</ListInventoryConfigurationResult>`,
    )
  },
}
