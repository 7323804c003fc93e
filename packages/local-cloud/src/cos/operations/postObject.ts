import {
  Busboy,
  type BusboyFileStream,
  type BusboyHeaders,
  type BusboyInstance,
} from '@fastify/busboy'
import { encodeComponent, encodeKey, operations } from '@miniprogram-cos/protocol'
import { authorize, wantedAccess } from '../access/authorize'
import { type Answer, xmlAnswer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { authenticateForm } from '../authentication/postForm'
import { encryptionHeader } from '../object/encryption'
import { type Description, objectHeadersOf, refuseNotImitated } from '../object/objectHeaders'
import { announcedMd5, limited } from '../request/body'
import { checkKey, withoutLeadingSlashes } from '../request/key'
import { paced } from '../request/pace'
import type { CosRequest } from '../request/request'
import { readTrafficLimit } from '../request/trafficLimit'
import type { WrittenBlob } from '../store/blob'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers, type OperationContext } from './operation'
import { MAX_SIMPLE_BYTES, versionHeader } from './putObject'

/** All form fields together, the file left out. */
const MAX_FIELD_BYTES = 20 * 1024
const MAX_FIELDS = 100
/** Stands in a key for the name of the file that is sent. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of COS's, not of JavaScript's
const FILENAME = '${filename}'

type Fields = Record<string, string>

interface ReceivedForm {
  fields: Fields
  key: string
  described: Description
  blob: WrittenBlob
}

export const postObject: Handlers = {
  async postObject(context) {
    const { store, now } = context
    const { fields, key, described, blob } = await receiveForm(context)
    const stored = await store.objects.put(bucketOf(context), {
      key,
      size: blob.size,
      etag: blob.md5,
      crc64: blob.crc64,
      lastModified: new Date(now).toISOString(),
      ...described,
      blobs: [{ id: blob.id, size: blob.size }],
    })
    return formAnswer(context, fields, stored, blob)
  },
}

/** Form fields that mean a request header (document 436/14690); names are in lower case. */
function fieldHeaders(fields: Fields): Fields {
  const { acl, ...headers } = fields
  return acl === undefined ? headers : { ...headers, 'x-cos-acl': acl }
}

/** As the documents print it. */
const OUT_OF_RANGE = 'Condition key content-length-range doesn‘t match the value '

const malformed = () => new Fault('MalformedPOSTRequest')

/**
 * Streams the form in. What comes before the file decides whether the file is read at all. Field names
 * count without regard to case, and only once: a policy must speak of the field that is acted on.
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
    parser.on('filesLimit', () => reject(new Fault('IncorrectNumberOfFilesInPostRequest')))
    parser.on('file', (_name, part, filename) => {
      stream = part
      // First of all: a part that ends early must find somebody who listens. Who reads it reports it.
      part.on('error', () => {})
      file = receiveFile(context, fields, part, filename ?? '')
      file.catch(reject)
    })
    parser.on('finish', resolve)
    parser.on('error', () => reject(malformed()))
    for (const event of ['aborted', 'error', 'close']) {
      request.raw.on(event, () => {
        if (!request.raw.complete) reject(new Fault('IncompleteBody'))
      })
    }
  })
  // Gone before anybody listened: no event will come any more.
  if (request.raw.destroyed && !request.raw.complete) throw new Fault('IncompleteBody')
  request.raw.pipe(parser)
  try {
    await finished
  } catch (error) {
    request.raw.unpipe(parser)
    request.raw.resume()
    // Whoever still waits for the file's bytes learns that there are no more.
    stream?.destroy(malformed())
    const half = await file?.catch(() => undefined)
    if (half) await store.engine.discard([half.blob.id])
    throw error
  }
  if (!file) throw malformed()
  return file
}

function createParser({ headers }: CosRequest): BusboyInstance {
  try {
    return new Busboy({
      headers: headers as BusboyHeaders,
      // The file is the field named so, with or without a file name.
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
    const key = keyOf(fields, filename)
    const accepted = authenticateForm(context, fields, givenKey(fields, filename))
    const headers = fieldHeaders(fields)
    const mayPost = (length: number | undefined) =>
      authorize(
        { ...context, principal: accepted.principal, form: { headers, length } },
        wantedAccess(operations.postObject, request, bucketOf(context).region, key),
      )
    await mayPost(undefined)
    refuseNotImitated({ ...request.headers, ...headers }, 'x-cos-forbid-overwrite')
    // Before the first byte is written: what is refused must leave no file.
    const described = objectHeadersOf(headers, key, bucketOf(context))
    const md5 = announcedMd5({ headers })
    const pace = readTrafficLimit(fields['x-cos-traffic-limit'])
    const bytes = pace ? paced(stream, [pace]) : stream
    const { min, max } = accepted.length
    written = await store.engine.writeBlob(limited(bytes, Math.min(max, MAX_SIMPLE_BYTES)))
    if (written.size < min) throw new Fault('EntityTooSmall')
    if (md5 && md5 !== written.md5) throw new Fault('BadDigest')
    await mayPost(written.size)
    return { fields, key, described, blob: written }
  } catch (error) {
    stream.resume()
    if (written) await store.engine.discard([written.id])
    if (!(error instanceof Fault)) throw malformed()
    const isRange = error.code === 'EntityTooSmall' || error.code === 'EntityTooLarge'
    throw isRange ? new Fault(error.code, OUT_OF_RANGE) : error
  }
}

/** The key as the form gives it, which is what its policy speaks of. */
function givenKey(fields: Fields, filename: string): string {
  return (fields.key ?? '').split(FILENAME).join(filename)
}

function keyOf(fields: Fields, filename: string): string {
  if (fields.key === undefined) {
    throw new Fault('InvalidArgument', 'Bucket POST must contain a field named "key".')
  }
  const key = withoutLeadingSlashes(givenKey(fields, filename))
  checkKey(key)
  return key
}

function formAnswer(
  context: OperationContext,
  fields: Fields,
  stored: ObjectRecord,
  blob: WrittenBlob,
): Answer {
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
    bucket: bucketOf(context).name,
    key,
    etag: headers.ETag,
  })
  if (redirect) return { status: 303, headers: { ...headers, Location: redirect } }
  const status = Number(fields.success_action_status)
  if (status === 201) {
    const answer = xmlAnswer(
      {
        PostResponse: {
          Location: location,
          Bucket: bucketOf(context).name,
          Key: key,
          ETag: `"${blob.md5}"`,
        },
      },
      201,
    )
    return { ...answer, headers: { ...answer.headers, ...headers } }
  }
  return { status: status === 200 ? 200 : 204, headers }
}

/** Where the form sends the browser, told what it has made; undefined when it says no URL. */
function redirectTo(text: string | undefined, made: Fields): string | undefined {
  if (!text || !URL.canParse(text) || !/^https?:/i.test(text)) return undefined
  const { href } = new URL(text)
  const query = Object.entries(made).map(([name, value]) => `${name}=${encodeComponent(value)}`)
  return `${href}${href.includes('?') ? '&' : '?'}${query.join('&')}`
}
