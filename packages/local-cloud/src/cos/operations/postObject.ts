import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy'
import { encodeComponent, encodeKey, operations } from '@miniprogram-cos/protocol'
import { authenticateForm } from '../authenticateForm'
import { authorize, requiredAccess } from '../authorize'
import { announcedMd5, limited, MAX_SIMPLE_BYTES, readTrafficLimit, throttled } from '../body'
import { CosServiceError, invalidArgument } from '../errors'
import { type ProcessStored, planProcessing } from '../images/picOperations'
import { type CosRequest, checkKey, withoutLeadingSlashes } from '../request'
import { type CosResponse, withHeaders, xmlResponse } from '../response'
import { type ObjectRecord, objectOfBlob, type WrittenBlob } from '../store/records'
import {
  encryptionHeader,
  type ObjectAttributes,
  readAttributes,
  refuseNotImitated,
  versionHeader,
} from './objectHeaders'
import { type Handlers, type OperationContext, requireBucket } from './operation'

/** Maximum length of a field's value. */
const MAX_FIELD_BYTES = 20 * 1024
const MAX_FIELDS = 100
/** The placeholder for the name of the sent file. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: it is COS's placeholder
const FILENAME = '${filename}'

type Fields = Record<string, string>

interface ReceivedForm {
  fields: Fields
  key: string
  attributes: ObjectAttributes
  blob: WrittenBlob
  process: ProcessStored | undefined
}

export const postObject: Handlers = {
  async postObject(context) {
    const { store, now } = context
    const { fields, key, attributes, blob, process } = await receiveForm(context)
    const record = objectOfBlob(key, blob, now, attributes)
    const stored = await store.objects.put(requireBucket(context), record)
    const response = formResponse(context, fields, stored, blob)
    if (!process) return response
    const processed = await process(stored)
    return response.status === 303 ? response : withHeaders(processed, response.headers ?? {})
  },
}

/** The form fields that stand for request headers (document 436/14690), names in lower case. */
function fieldHeaders(fields: Fields): Fields {
  const { acl, ...headers } = fields
  return acl === undefined ? headers : { ...headers, 'x-cos-acl': acl }
}

/** The spelling of the documents. */
const OUT_OF_RANGE = 'Condition key content-length-range doesn‘t match the value '

const malformed = () => new CosServiceError('MalformedPOSTRequest')

/**
 * Receives a form as a stream. The fields before the file determine whether the file is read. Field names are
 * case-insensitive and unique, so that the policy checks the field that takes effect.
 */
async function receiveForm(context: OperationContext): Promise<ReceivedForm> {
  const { request, store } = context
  const parser = createParser(request)
  const fields: Fields = Object.create(null)
  let stream: BusboyFileStream | undefined
  let file: Promise<ReceivedForm> | undefined
  const finished = new Promise<void>((resolve, reject) => {
    parser.on('field', (name, value, nameCut, valueCut) => {
      const lower = name?.toLowerCase() ?? ''
      if (nameCut || valueCut || lower === '' || lower in fields) reject(malformed())
      else if (!file) fields[lower] = value
    })
    parser.on('fieldsLimit', () => reject(malformed()))
    parser.on('filesLimit', () =>
      reject(new CosServiceError('IncorrectNumberOfFilesInPostRequest')),
    )
    parser.on('file', (_name, part, filename) => {
      stream = part
      // A part that ends early needs a listener immediately; its reader reports the error.
      part.on('error', () => {})
      file = receiveFile(context, fields, part, filename ?? '')
      file.catch(reject)
    })
    parser.on('finish', resolve)
    parser.on('error', () => reject(malformed()))
    for (const event of ['aborted', 'error', 'close']) {
      request.raw.on(event, () => {
        if (!request.raw.readableEnded) reject(new CosServiceError('IncompleteBody'))
      })
    }
  })
  // If the connection was closed before the listeners were added, no event follows.
  if (request.raw.destroyed) throw new CosServiceError('IncompleteBody')
  request.raw.pipe(parser)
  try {
    await finished
  } catch (error) {
    request.raw.unpipe(parser)
    request.raw.resume()
    // Ends the reader of the file.
    stream?.destroy(malformed())
    const received = await file?.catch(() => undefined)
    if (received) store.blobs.discard([received.blob])
    throw error
  }
  if (!file) throw malformed()
  return file
}

function createParser({ headers }: CosRequest): BusboyInstance {
  try {
    return new Busboy({
      headers: { ...headers, 'content-type': headers['content-type'] ?? '' },
      // The file is the field `file`, with or without a file name.
      isPartAFile: (name) => name === 'file',
      limits: { fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, files: 1 },
    })
  } catch {
    throw malformed()
  }
}

async function receiveFile(
  context: OperationContext,
  fields: Fields,
  stream: BusboyFileStream,
  filename: string,
): Promise<ReceivedForm> {
  const { request, store } = context
  let written: WrittenBlob | undefined
  try {
    const key = resolveKey(fields, filename)
    const accepted = authenticateForm(context, fields, formKey(fields, filename))
    const headers = fieldHeaders(fields)
    const authorizePost = (length: number | undefined) =>
      authorize(
        { ...context, principal: accepted.principal, form: { headers, length } },
        requiredAccess(operations.postObject, request, requireBucket(context).region, key),
      )
    await authorizePost(undefined)
    refuseNotImitated({ ...request.headers, ...headers }, 'x-cos-forbid-overwrite')
    const caller = { ...context, principal: accepted.principal }
    const process = await planProcessing(caller, headers['pic-operations'], key)
    // Before the first byte is written.
    const attributes = readAttributes(headers, key, requireBucket(context))
    const md5 = announcedMd5({ headers })
    const limit = readTrafficLimit(fields['x-cos-traffic-limit'])
    const bytes = limit ? throttled(stream, [limit]) : stream
    const { min, max } = accepted.length
    written = await store.blobs.write(limited(bytes, Math.min(max, MAX_SIMPLE_BYTES)))
    if (written.size < min) throw new CosServiceError('EntityTooSmall')
    if (md5 && md5 !== written.md5) throw new CosServiceError('BadDigest')
    await authorizePost(written.size)
    return { fields, key, attributes, blob: written, process }
  } catch (error) {
    stream.resume()
    if (written) store.blobs.discard([written])
    if (!(error instanceof CosServiceError)) throw malformed()
    const isRange = error.code === 'EntityTooSmall' || error.code === 'EntityTooLarge'
    throw isRange ? new CosServiceError(error.code, OUT_OF_RANGE) : error
  }
}

/** The key in the form, to which its policy refers. */
function formKey(fields: Fields, filename: string): string {
  return (fields.key ?? '').split(FILENAME).join(filename)
}

function resolveKey(fields: Fields, filename: string): string {
  if (fields.key === undefined) {
    throw invalidArgument('Bucket POST must contain a field named "key".')
  }
  const key = withoutLeadingSlashes(formKey(fields, filename))
  checkKey(key)
  return key
}

function formResponse(
  context: OperationContext,
  fields: Fields,
  stored: ObjectRecord,
  blob: WrittenBlob,
): CosResponse {
  const { key } = stored
  const location = `http://${context.request.headers.host}/${encodeKey(key)}`
  const headers = {
    ETag: `"${blob.md5}"`,
    Location: location,
    'x-cos-hash-crc64ecma': blob.crc64,
    ...versionHeader(stored),
    ...encryptionHeader(stored),
  }
  const redirect = redirectTo(fields.success_action_redirect, {
    bucket: requireBucket(context).name,
    key,
    etag: headers.ETag,
  })
  if (redirect) return { status: 303, headers: { ...headers, Location: redirect } }
  const status = Number(fields.success_action_status)
  if (status === 201) {
    const Bucket = requireBucket(context).name
    const document = { PostResponse: { Location: location, Bucket, Key: key, ETag: headers.ETag } }
    return withHeaders(xmlResponse(document, 201), headers)
  }
  return { status: status === 200 ? 200 : 204, headers }
}

/** The redirect address of `success_action_redirect`; undefined without a valid URL. */
function redirectTo(text: string | undefined, created: Fields): string | undefined {
  if (!text || !URL.canParse(text) || !/^https?:/i.test(text)) return undefined
  const { href } = new URL(text)
  const query = Object.entries(created).map(([name, value]) => `${name}=${encodeComponent(value)}`)
  return `${href}${href.includes('?') ? '&' : '?'}${query.join('&')}`
}
