import type { OperationName, XmlElement } from '@miniprogram-cos/protocol'
import { isBodyEmpty, readTextBody, readXmlBody } from '../body'
import { type CosErrorCode, CosServiceError, invalidArgument } from '../errors'
import { normaliseBucketPolicy } from '../evaluatePolicy'
import { xmlResponse, xmlTextResponse } from '../response'
import {
  element,
  elements,
  malformed,
  parseRoot,
  parseXml,
  requiredElement,
  requiredText,
  requireOneOf,
} from '../xmlElements'
import { readTagDocument } from './aclTaggingRestore'
import {
  checkCors,
  checkEncryption,
  checkInventory,
  checkLifecycle,
  checkReferer,
  checkReplication,
  checkStrictSignature,
} from './configurationChecks'
import { type Handler, type Handlers, type OperationContext, requireBucket } from './operation'

/** A configuration of a bucket: a document that is put, read and deleted as a whole. */
interface Configuration {
  /** Last part of the operations' names: `Cors` for putBucketCors. */
  name: string
  subresource: string
  /** Name of the root element. */
  root: string
  /** Response of GET without a configuration: an error, or an empty document. */
  absent: CosErrorCode | 'empty'
  /** @default 200 */
  putStatus?: 200 | 204
  /** @throws CosServiceError if COS would refuse the document */
  check: (document: XmlElement, context: OperationContext) => void
  /** Whether a PUT without a body removes the configuration. */
  isRemovedByEmptyBody?: true
  /** Changes that COS makes to a stored document. */
  normalise?: (document: XmlElement) => XmlElement
}

const CONFIGURATIONS: Configuration[] = [
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
    check: (document) => void readTagDocument(document, 'bucket'),
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
      if (bucket?.versioning !== 'Enabled') throw new CosServiceError('BucketVersionNotOpen')
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
    // Tencent's Python SDK removes the rules in this way, and then reads an empty configuration.
    isRemovedByEmptyBody: true,
  },
  {
    name: 'Domain',
    subresource: 'domain',
    root: 'DomainConfiguration',
    absent: 'DomainConfigNotFoundError',
    check: (document) => {
      for (const rule of elements(document, 'DomainRule', { min: 1 })) {
        requireOneOf(rule, 'Status', ['ENABLED', 'DISABLED'])
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
      if (!store.buckets.get(target)) throw new CosServiceError('InvalidTargetBucketForLogging')
    },
  },
  {
    name: 'Accelerate',
    subresource: 'accelerate',
    root: 'AccelerateConfiguration',
    absent: 'empty',
    check: (document) =>
      void requireOneOf(document, 'Status', ['Enabled', 'Suspended', 'Disabled']),
  },
  {
    name: 'Encryption',
    subresource: 'encryption',
    root: 'ServerSideEncryptionConfiguration',
    absent: 'NoSuchEncryptionConfiguration',
    check: checkEncryption,
    normalise: withDocumentedEncryption,
  },
  {
    name: 'IntelligentTiering',
    subresource: 'intelligenttiering',
    root: 'IntelligentTieringConfiguration',
    absent: 'empty',
    check: (document) => void requireOneOf(document, 'Status', ['Enabled', 'Suspended']),
  },
  {
    name: 'StrictSignature',
    subresource: 'strict-signature',
    root: 'StrictSignatureConfiguration',
    absent: 'empty',
    check: checkStrictSignature,
  },
]

/** COS adds `URLRedirect` to a redirect without it (Tencent's Python SDK tests). */
function withUrlRedirect(document: XmlElement): XmlElement {
  const routing = element(document, 'RoutingRules')
  if (!routing) return document
  const rules = elements(routing, 'RoutingRule').map((rule) => {
    const redirect = element(rule, 'Redirect')
    return redirect ? { ...rule, Redirect: { ...redirect, ...withDefault(redirect) } } : rule
  })
  return { ...document, RoutingRules: { RoutingRule: rules } }
}

function withDefault({ URLRedirect = 'Enabled' }: XmlElement): XmlElement {
  return { URLRedirect }
}

/** The SDKs send `ApplySideEncryptionConfiguration`; COS answers with the documented name. */
function withDocumentedEncryption(document: XmlElement): XmlElement {
  const rules = elements(document, 'Rule').map(
    ({ ApplySideEncryptionConfiguration: sent, ...rule }): XmlElement =>
      sent === undefined ? rule : { ...rule, ApplyServerSideEncryptionByDefault: sent },
  )
  return { ...document, Rule: rules }
}

async function setDocument(
  context: OperationContext,
  name: string,
  text: string | undefined,
): Promise<void> {
  await context.store.buckets.update(requireBucket(context).name, (record) => {
    const { [name]: _, ...rest } = record.documents ?? {}
    return { ...record, documents: text === undefined ? rest : { ...rest, [name]: text } }
  })
}

function findDocument(context: OperationContext, name: string): string | undefined {
  return requireBucket(context).documents?.[name]
}

/** The operations of one configuration. Requests never match those that COS does not have. */
function createHandlers(configuration: Configuration): [OperationName, Handler][] {
  const { name, subresource, root, absent, putStatus, check, normalise } = configuration
  const put: Handler = async (context) => {
    if (configuration.isRemovedByEmptyBody && isBodyEmpty(context.request)) {
      await setDocument(context, subresource, `<${root}/>`)
      return { status: 200 }
    }
    const text = await readTextBody(context.request)
    check(parseXml(text, root), context)
    await setDocument(context, subresource, text)
    return { status: putStatus ?? 200 }
  }
  const get: Handler = async (context) => {
    const text = findDocument(context, subresource)
    if (text !== undefined && normalise) {
      return xmlResponse({ [root]: normalise(parseRoot(text, root)) })
    }
    if (text !== undefined) return xmlTextResponse(text)
    if (absent === 'empty') return xmlTextResponse(`<${root}/>`)
    throw new CosServiceError(absent)
  }
  const remove: Handler = async (context) => {
    await setDocument(context, subresource, undefined)
    return { status: 204 }
  }
  // A name without an operation in the table is never matched.
  return [
    [`putBucket${name}` as OperationName, put],
    [`getBucket${name}` as OperationName, get],
    [`deleteBucket${name}` as OperationName, remove],
  ]
}

const inventoryName = (context: OperationContext) => `inventory/${context.request.query.id ?? ''}`

async function readInventory(context: OperationContext, isOnce: boolean): Promise<string> {
  const text = await readTextBody(context.request)
  const document = parseXml(text, 'InventoryConfiguration')
  checkInventory(document, isOnce)
  const { id } = context.request.query
  if (!id || document.Id !== id) throw invalidArgument('The id differs from that of the document.')
  return text
}

export const bucketConfiguration: Handlers = {
  ...Object.fromEntries(CONFIGURATIONS.flatMap(createHandlers)),

  async getBucketLocation(context) {
    return xmlResponse({ LocationConstraint: requireBucket(context).region })
  },

  async putBucketVersioning(context) {
    const { Status } = await readXmlBody(context.request, 'VersioningConfiguration')
    if (Status !== 'Enabled' && Status !== 'Suspended') throw malformed()
    if (Status === 'Suspended' && findDocument(context, 'replication')) {
      throw new CosServiceError(
        'InvalidBucketState',
        'Versioning of a replicated bucket cannot be suspended.',
      )
    }
    await context.store.buckets.update(requireBucket(context).name, (record) => ({
      ...record,
      versioning: Status,
    }))
    return { status: 200 }
  },

  async getBucketVersioning(context) {
    const { versioning } = requireBucket(context)
    return xmlResponse({ VersioningConfiguration: versioning ? { Status: versioning } : null })
  },

  async putBucketPolicy(context) {
    const text = await readTextBody(context.request)
    await setDocument(context, 'policy', normaliseBucketPolicy(text, requireBucket(context).name))
    return { status: 204 }
  },

  async getBucketPolicy(context) {
    const text = findDocument(context, 'policy')
    if (text === undefined) throw new CosServiceError('NoSuchBucketPolicy')
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

  /** Accepted, but the job does not run. */
  async postBucketInventory(context) {
    await readInventory(context, true)
    return { status: 200 }
  },

  async getBucketInventory(context) {
    const text = findDocument(context, inventoryName(context))
    if (text === undefined) throw new CosServiceError('InventoryConfigurationNotFoundError')
    return xmlTextResponse(text)
  },

  async deleteBucketInventory(context) {
    await setDocument(context, inventoryName(context), undefined)
    return { status: 204 }
  },

  async listBucketInventory(context) {
    const documents = Object.entries(requireBucket(context).documents ?? {})
      .filter(([name]) => name.startsWith('inventory/'))
      .map(([, text]) => text.replace(/^<\?xml[^>]*>\s*/, ''))
    const body = `${documents.join('')}<IsTruncated>false</IsTruncated>`
    return xmlTextResponse(
      `<ListInventoryConfigurationResult>${body}</ListInventoryConfigurationResult>`,
    )
  },
}
