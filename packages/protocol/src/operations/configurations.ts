import { asList } from '../xml/readXml'
import { GET_ACL, PUT_ACL } from './acl'
import { AS_IS, all, type Form, list, listOnly, within, wrapped } from './form'
import { INVENTORY } from './inventory'
import {
  type AnyOperation,
  type HttpMethod,
  operation,
  type Reply,
  type ServiceFailure,
} from './operation'
import { TAGS } from './tagging'
import { xmlBody } from './xmlBody'

/** The rows of the table that are made here, by the names of their methods. */
export const configurations: Record<string, AnyOperation> = {}

/** `Put`, `Bucket`, `Lifecycle`: the method putBucketLifecycle, its action, and its sub-resource. */
function add(
  verb: 'Put' | 'Get' | 'Delete' | 'Post',
  target: 'Bucket' | 'Object',
  name: string,
  details?: Partial<AnyOperation>,
): void {
  const method = verb.toLowerCase() + target + name.replace('CORS', 'Cors').replace('ACL', 'Acl')
  configurations[method] = operation(
    verb.toUpperCase() as HttpMethod,
    target.toLowerCase() as 'bucket',
    verb + target + name,
    { subresource: name.toLowerCase(), ...details },
  )
}

/** NoSuchCORSConfiguration, ReplicationConfigurationNotFoundError, NoSuchTagSet … */
const ABSENCE = /Configuration|TagSet/

/** A document that is put, read and removed as a whole. */
interface Configuration {
  /** Of its content. @default the caller's is COS's */
  form?: Form
  /** Without one, COS answers 404 and a code that names it: that is an empty document. */
  mayLack?: boolean
  /** It cannot be removed, only put anew. */
  stays?: boolean
  /** The root element. @default `${name}Configuration` */
  root?: string
  /** The result's field. @default `${name}Configuration` */
  field?: string
  /** What else its rows have in common. */
  more?: Partial<AnyOperation>
}

function configure(
  target: 'Bucket' | 'Object',
  name: string,
  {
    form: [toXml, fromXml, isOpen] = AS_IS,
    mayLack,
    stays,
    field = `${name}Configuration`,
    root = field,
    more,
  }: Configuration,
): void {
  const read = (content: object) => (isOpen ? fromXml(content) : { [field]: fromXml(content) })
  add('Put', target, name, {
    ...more,
    contentMd5: true,
    request: (params) =>
      xmlBody(root, toXml(isOpen ? { ...params, ...params[root] } : params[root])),
  })
  add('Get', target, name, {
    ...more,
    result: ({ xml }: Reply) => read(xml(root)),
    forgive: ({ statusCode, code, headers, RequestId }: ServiceFailure) =>
      mayLack && statusCode === 404 && ABSENCE.test(code)
        ? { ...read({}), statusCode, headers, ...(RequestId && { RequestId }) }
        : undefined,
  })
  if (!stays) add('Delete', target, name, more)
}

/** An empty list of rules is none; it may be given by the name of its elements. */
const ROUTING: Form = [
  ({ RoutingRule, RoutingRules = RoutingRule, ...rest }) => {
    const rules = asList(RoutingRules?.RoutingRule || RoutingRules)
    return { ...rest, RoutingRules: rules[0] && { RoutingRule: rules } }
  },
  within('RoutingRules', wrapped('RoutingRule'))[1],
]

const RULES = list('Rule')
const ONLY_RULES = listOnly('Rule')

const BUCKET_CONFIGURATIONS: Record<string, Configuration> = {
  CORS: {
    form: listOnly(
      'CORSRule',
      'CORSRules',
      all(
        list('AllowedOrigin'),
        list('AllowedHeader'),
        list('AllowedMethod'),
        list('ExposeHeader'),
      ),
    ),
    mayLack: true,
  },
  Lifecycle: { form: ONLY_RULES, mayLack: true },
  Versioning: { stays: true },
  Replication: {
    form: RULES,
    mayLack: true,
  },
  Website: {
    form: ROUTING,
    mayLack: true,
  },
  Referer: {
    form: within('DomainList', list('Domain')),
    mayLack: true,
    stays: true,
  },
  Domain: { form: listOnly('DomainRule', 'DomainRule') },
  Origin: { form: listOnly('OriginRule', 'OriginRule') },
  Logging: {
    // No logging is the empty text, as with the official client.
    form: [AS_IS[0], (content) => (Object.keys(content)[0] ? content : ('' as never))],
    stays: true,
    field: 'BucketLoggingStatus',
  },
  Accelerate: { stays: true },
  IntelligentTiering: { stays: true },
  Encryption: {
    form: RULES,
    mayLack: true,
    root: 'ServerSideEncryptionConfiguration',
  },
  StrictSignature: { form: ONLY_RULES, more: { subresource: 'strict-signature' } },
  Inventory: { form: INVENTORY, more: { needs: ['id'] } },
}

for (const [name, configuration] of Object.entries(BUCKET_CONFIGURATIONS)) {
  configure('Bucket', name, configuration)
}

/** Each version of an object has its own. */
const OF_VERSION = { query: ['versionId'] }

for (const target of ['Bucket', 'Object'] as const) {
  const more = target === 'Object' ? OF_VERSION : {}
  configure(target, 'Tagging', {
    form: TAGS,
    mayLack: true,
    root: 'Tagging',
    more,
  })
  add('Put', target, 'ACL', PUT_ACL)
  add('Get', target, 'ACL', { ...more, ...GET_ACL })
}

add('Post', 'Bucket', 'Inventory', {
  ...configurations.putBucketInventory,
  method: 'POST',
  access: [{ action: 'PostBucketInventory', on: 'bucket' }],
  idempotent: false,
})

add('Get', 'Bucket', 'Location', { result: ({ xml }) => xml('') })

add('Put', 'Bucket', 'Policy', {
  contentMd5: true,
  contentType: 'application/json',
  request: ({ Policy }) => ({
    body: JSON.stringify(typeof Policy === 'string' ? JSON.parse(Policy) : Policy),
  }),
})
add('Get', 'Bucket', 'Policy', {
  result({ body }) {
    try {
      return { Policy: JSON.parse(String(body)) }
    } catch {
      return { Policy: {} }
    }
  },
})
add('Delete', 'Bucket', 'Policy')
