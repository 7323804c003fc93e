import type { Readable } from 'node:stream'
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy'
import { encodeKey, keyProblem, operations } from '@miniprogram-cos/protocol'
import { type Answer, xmlAnswer } from '../answer'
import { authorize, wantedAccess } from '../authorize'
import { Fault } from '../fault'
import { objectHeadersOf, refuseNotImitated } from '../objectHeaders'
import { authenticateForm } from '../postForm'
import type { WrittenBlob } from '../store/blobs'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers, type OperationContext } from './operation'
import { versionHeader } from './putObject'

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
  blob: WrittenBlob
}

export const postObject: Handlers = {
  async postObject(context) {
    const { store, now } = context
    const { fields, key, blob } = await receiveForm(context)
    const described = objectHeadersOf(fieldHeaders(fields), key)
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

/** Form fields that mean a request header (document 436/14690). */
function fieldHeaders(fields: Fields): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) headers[name.toLowerCase()] = value
  if (headers.acl !== undefined) headers['x-cos-acl'] = headers.acl
  return headers
}

/**
 * Streams the form in. What comes before the file decides whether the file is read at all; the length
 * condition can only be checked behind it.
 */
async function receiveForm(context: OperationContext): Promise<ReceivedForm> {
  const { request, store } = context
  const malformed = () => new Fault('MalformedPOSTRequest')
  let parser: BusboyInstance
  try {
    parser = new Busboy({
      headers: request.headers as BusboyHeaders,
      // The file is the field named so, with or without a file name.
      isPartAFile: (name) => name === 'file',
      limits: { fields: MAX_FIELDS, fieldSize: MAX_FIELD_BYTES, files: 1 },
    })
  } catch {
    throw malformed()
  }
  const fields: Fields = Object.create(null)
  let file: Promise<ReceivedForm> | undefined
  let overflow = false
  parser.on('field', (name, value, nameCut, valueCut) => {
    if (nameCut || valueCut) overflow = true
    if (!file && name) fields[name] = value
  })
  parser.on('fieldsLimit', () => {
    overflow = true
  })
  const finished = new Promise<void>((resolve, reject) => {
    parser.on('file', (name, stream, filename) => {
      if (name !== 'file' || overflow) {
        stream.resume()
        reject(malformed())
        return
      }
      file = receiveFile(context, fields, stream, filename ?? '')
      // Reported below; here only kept from being an unhandled rejection.
      file.catch(reject)
    })
    parser.on('finish', resolve)
    parser.on('error', () => reject(malformed()))
    request.raw.on('aborted', () => reject(new Fault('IncompleteBody')))
    request.raw.on('error', () => reject(new Fault('IncompleteBody')))
  })
  request.raw.pipe(parser)
  try {
    await finished
  } catch (error) {
    request.raw.unpipe(parser)
    request.raw.resume()
    parser.destroy()
    const half = await file?.catch(() => undefined)
    if (half) await store.engine.discard([half.blob.id])
    throw error
  }
  if (!file) throw malformed()
  return file
}

async function receiveFile(
  context: OperationContext,
  fields: Fields,
  stream: Readable & { truncated?: boolean },
  filename: string,
): Promise<ReceivedForm> {
  const { request, store } = context
  try {
    const key = keyOf(fields, filename)
    const form = authenticateForm(context, fields, key)
    await authorize(
      { ...context, principal: form.principal },
      wantedAccess(operations.postObject, request, bucketOf(context).region, key),
    )
    refuseNotImitated(fieldHeaders(fields))
    if (fields.success_action_redirect !== undefined) {
      throw new Fault('NotImplemented', 'The local COS does not imitate success_action_redirect.')
    }
    const blob = await store.engine.writeBlob(stream)
    try {
      form.checkLength(blob.size)
    } catch (error) {
      await store.engine.discard([blob.id])
      throw error
    }
    return { fields, key, blob }
  } catch (error) {
    stream.resume()
    throw error
  }
}

function keyOf(fields: Fields, filename: string): string {
  if (fields.key === undefined) {
    throw new Fault('InvalidArgument', 'Bucket POST must contain a field named "key".')
  }
  const key = fields.key.split(FILENAME).join(filename).replace(/^\//, '')
  const problem = keyProblem(key)
  if (problem) throw new Fault(problem.includes('bytes long') ? 'KeyTooLong' : 'InvalidArgument')
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
    ...versionHeader(bucketOf(context), stored),
  }
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
