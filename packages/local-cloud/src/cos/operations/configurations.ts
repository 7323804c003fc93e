import {
  asList,
  type OperationName,
  readXml,
  type XmlElement,
  type XmlValue,
} from '@miniprogram-cos/protocol'
import { xmlAnswer, xmlTextAnswer } from '../answer/answer'
import { Fault, type FaultCode } from '../answer/fault'
import { checkCors } from '../documents/checkCors'
import { checkInventory } from '../documents/checkInventory'
import { checkLifecycle } from '../documents/checkLifecycle'
import { checkReferer } from '../documents/checkReferer'
import { checkReplication } from '../documents/checkReplication'
import { checkStrictSignature } from '../documents/checkStrictSignature'
import {
  type Element,
  element,
  elements,
  oneOf,
  requiredElement,
  requiredText,
} from '../documents/element'
import { tagsOfDocument } from '../object/tags'
import { normaliseBucketPolicy } from '../policy/bucketPolicy'
import { parseXmlBody, readTextBody, readXmlBody } from '../request/body'
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
  /** @throws Fault when COS would refuse the document */
  check: (document: Element, context: OperationContext) => void
  /** Whether a PUT without a body removes the setting. */
  isRemovedByEmptyBody?: true
  /** What COS changes in the document before it is read back. */
  normalise?: (document: XmlElement) => XmlElement
}

const SETTINGS: Setting[] = [
  {
    name: 'Cors',
    subresource: 'cors',
    root: 'CORSConfiguration',
    absent: 'NoSuchCORSConfiguration',
    check: checkCors,
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
    check: checkLifecycle,
  },
  {
    name: 'Replication',
    subresource: 'replication',
    root: 'ReplicationConfiguration',
    absent: 'ReplicationConfigurationNotFoundError',
    check: (document, { bucket }) => {
      checkReplication(document)
      if (bucket?.versioning !== 'Enabled') throw new Fault('BucketVersionNotOpen')
    },
  },
  {
    name: 'Website',
    subresource: 'website',
    root: 'WebsiteConfiguration',
    absent: 'NoSuchWebsiteConfiguration',
    check: (document) => void requiredText(requiredElement(document, 'IndexDocument'), 'Suffix'),
    normalise: withUrlRedirect,
  },
  {
    name: 'Referer',
    subresource: 'referer',
    root: 'RefererConfiguration',
    absent: 'NoSuchRefererConfiguration',
    check: checkReferer,
    // Tencent's Python SDK removes the rules so, and then reads an empty configuration.
    isRemovedByEmptyBody: true,
  },
  {
    name: 'Domain',
    subresource: 'domain',
    root: 'DomainConfiguration',
    absent: 'DomainConfigNotFoundError',
    check: (document) => {
      for (const rule of elements(document, 'DomainRule', { min: 1 })) {
        oneOf(rule, 'Status', ['ENABLED', 'DISABLED'])
        requiredText(rule, 'Name')
      }
    },
  },
  {
    name: 'Origin',
    subresource: 'origin',
    root: 'OriginConfiguration',
    absent: 'OriginConfigurationNotFoundError',
    check: (document) => void elements(document, 'OriginRule', { min: 1 }),
  },
  {
    name: 'Logging',
    subresource: 'logging',
    root: 'BucketLoggingStatus',
    absent: 'empty',
    check: (document, { store }) => {
      const enabled = element(document, 'LoggingEnabled')
      if (!enabled) return
      const target = requiredText(enabled, 'TargetBucket')
      if (!store.buckets.get(target)) throw new Fault('InvalidTargetBucketForLogging')
    },
  },
  {
    name: 'Accelerate',
    subresource: 'accelerate',
    root: 'AccelerateConfiguration',
    absent: 'empty',
    check: (document) => void oneOf(document, 'Status', ['Enabled', 'Suspended', 'Disabled']),
  },
  {
    name: 'Encryption',
    subresource: 'encryption',
    root: 'ServerSideEncryptionConfiguration',
    absent: 'NoSuchEncryptionConfiguration',
    check: (document) => {
      const rule = requiredElement(document, 'Rule')
      const applied = element(rule, 'ApplyServerSideEncryptionByDefault')
      // Some clients name it otherwise; the algorithm is what counts.
      const chosen = applied ?? requiredElement(rule, 'ApplySideEncryptionConfiguration')
      oneOf(chosen, 'SSEAlgorithm', ['AES256', 'KMS', 'cos/kms', 'SM4'])
    },
    normalise: withDocumentedEncryption,
  },
  {
    name: 'IntelligentTiering',
    subresource: 'intelligenttiering',
    root: 'IntelligentTieringConfiguration',
    absent: 'empty',
    check: (document) => void oneOf(document, 'Status', ['Enabled', 'Suspended']),
  },
  {
    name: 'StrictSignature',
    subresource: 'strict-signature',
    root: 'StrictSignatureConfiguration',
    absent: 'empty',
    check: checkStrictSignature,
  },
]

/** A redirect that does not say otherwise has `URLRedirect` enabled. */
function withUrlRedirect(document: XmlElement): XmlElement {
  const { RoutingRules } = document
  if (typeof RoutingRules !== 'object' || Array.isArray(RoutingRules)) return document
  const rules = asList<XmlElement>(RoutingRules.RoutingRule).map((rule) =>
    typeof rule.Redirect === 'object'
      ? { ...rule, Redirect: { ...rule.Redirect, URLRedirect: urlRedirectOf(rule.Redirect) } }
      : rule,
  )
  return { ...document, RoutingRules: { RoutingRule: rules } }
}

function urlRedirectOf(redirect: XmlValue): XmlValue {
  return (redirect as XmlElement).URLRedirect ?? 'Enabled'
}

/** The SDKs send `ApplySideEncryptionConfiguration`; COS answers with the documented name. */
function withDocumentedEncryption(document: XmlElement): XmlElement {
  const rules = asList<XmlElement>(document.Rule).map(
    ({ ApplySideEncryptionConfiguration: sent, ...rule }) =>
      sent === undefined ? rule : { ...rule, ApplyServerSideEncryptionByDefault: sent },
  )
  return { ...document, Rule: rules }
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

function handlersOf(setting: Setting): Handlers {
  const { name, subresource, root, absent, putStatus, check, normalise } = setting
  const put: Handler = async (context) => {
    if (setting.isRemovedByEmptyBody && context.request.headers['content-length'] === '0') {
      await setDocument(context, subresource, `<${root}/>`)
      return { status: 200 }
    }
    const text = await readTextBody(context.request)
    check(parseXmlBody(text, root), context)
    await setDocument(context, subresource, text)
    return { status: putStatus ?? 200 }
  }
  const get: Handler = async (context) => {
    const text = stored(context, subresource)
    if (text !== undefined && normalise) {
      return xmlAnswer({ [root]: normalise(readXml(text)[root] as XmlElement) })
    }
    if (text !== undefined) return xmlTextAnswer(text)
    if (absent === 'empty') return xmlTextAnswer(`<${root}/>`)
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

async function readInventory(context: OperationContext, isOnce: boolean): Promise<string> {
  const text = await readTextBody(context.request)
  const document = parseXmlBody(text, 'InventoryConfiguration')
  checkInventory(document, isOnce)
  const { id } = context.request.query
  if (!id || document.Id !== id)
    throw new Fault('InvalidArgument', 'The id is not that of the job.')
  return text
}

export const configurations: Handlers = {
  ...Object.assign({}, ...SETTINGS.map(handlersOf)),

  async getBucketLocation(context) {
    return xmlAnswer({ LocationConstraint: bucketOf(context).region })
  },

  async putBucketVersioning(context) {
    const { Status } = await readXmlBody(context.request, 'VersioningConfiguration')
    if (Status !== 'Enabled' && Status !== 'Suspended') throw new Fault('MalformedXML')
    if (Status === 'Suspended' && stored(context, 'replication')) {
      throw new Fault('InvalidBucketState', 'A bucket that is replicated must keep its versions.')
    }
    await context.store.buckets.update(bucketOf(context).name, (record) => ({
      ...record,
      versioning: Status,
    }))
    return { status: 200 }
  },

  async getBucketVersioning(context) {
    const { versioning } = bucketOf(context)
    return xmlAnswer({ VersioningConfiguration: versioning ? { Status: versioning } : null })
  },

  async putBucketPolicy(context) {
    const text = await readTextBody(context.request)
    await setDocument(context, 'policy', normaliseBucketPolicy(text, bucketOf(context).name))
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
    const text = await readInventory(context, false)
    await setDocument(context, inventoryName(context), text)
    return { status: 200 }
  },

  /** The job itself is not run: its report would be written by another service. */
  async postBucketInventory(context) {
    await readInventory(context, true)
    return { status: 200 }
  },

  async getBucketInventory(context) {
    const text = stored(context, inventoryName(context))
    if (text === undefined) throw new Fault('InventoryConfigurationNotFoundError')
    return xmlTextAnswer(text)
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
    return xmlTextAnswer(
      `<ListInventoryConfigurationResult>${body}</ListInventoryConfigurationResult>`,
    )
  },
}
