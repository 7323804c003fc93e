import { once } from 'node:events'
import { Busboy } from '@fastify/busboy'
import { CloudBaseError, notImplemented } from './errors'

/** A call of `cloud.openapi`: the name of the API, and its parameters with the names of WeChat's documents. */
export interface OpenApiCall {
  apiName: string
  params: Record<string, unknown>
}

/** Reads the form that wx-server-sdk sends for `cloud.openapi`. @throws CloudBaseError `INVALID_PARAM` */
export async function readOpenApiForm(
  body: Buffer,
  contentType: string,
): Promise<{ fields: Record<string, unknown>; call: OpenApiCall }> {
  const fields: Record<string, unknown> = {}
  const chunks: Buffer[] = []
  try {
    const parser = new Busboy({
      headers: { 'content-type': contentType },
      // The only binary field, with or without a file name.
      isPartAFile: (name) => name === 'requestData',
    })
    parser.on('field', (name, value) => {
      fields[name] = value
    })
    parser.on('file', (_, stream) => {
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      // Of a part that is cut off; the parser reports it, too.
      stream.on('error', () => {})
    })
    const parsed = once(parser, 'finish')
    parser.end(body)
    await parsed
  } catch {
    throw new CloudBaseError('INVALID_PARAM', 'the body is not a form')
  }
  const data = Buffer.concat(chunks)
  return {
    fields: { ...fields, requestData: data },
    call: { apiName: String(fields.apiName), params: readPairs(data) },
  }
}

/**
 * Reads the parameters from wx-server-sdk's protobuf message: `CommApiData { OpenApiData openapiData = 2 }`,
 * `OpenApiData { repeated KeyValuePair pairs = 1 }`, `KeyValuePair { string key = 1; bytes value = 2 }`, where a
 * value is JSON.
 */
function readPairs(data: Buffer): Record<string, unknown> {
  const params: Record<string, unknown> = {}
  for (const pair of messageFields(data)
    .filter(({ id }) => id === 2)
    .flatMap(({ bytes }) => messageFields(bytes))) {
    const parts = messageFields(pair.bytes)
    const textOf = (id: number) =>
      parts.find((part) => part.id === id)?.bytes.toString('utf8') ?? ''
    try {
      params[textOf(1)] = JSON.parse(textOf(2))
    } catch {
      throw notImplemented(`the parameter ${textOf(1)} of cloud.openapi, which is not JSON`)
    }
  }
  return params
}

/** The length-delimited fields of a protobuf message. */
function messageFields(message: Buffer): { id: number; bytes: Buffer }[] {
  const fields: { id: number; bytes: Buffer }[] = []
  let at = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++]
      if (byte === undefined || shift > 28) {
        throw new CloudBaseError('INVALID_PARAM', 'requestData is not a protobuf message')
      }
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  while (at < message.length) {
    const tag = varint()
    const number = varint()
    // The value of a number field, or the length of the bytes that follow.
    if ((tag & 7) !== 2) continue
    fields.push({ id: tag >>> 3, bytes: message.subarray(at, at + number) })
    at += number
  }
  return fields
}

/** WeChat's response: `CommOpenApiResp { bytes respData = 1; string contentType = 2; uint32 httpCode = 4 }`. */
export function openApiResponse(result: object): Buffer {
  const field = (id: number, bytes: Buffer) =>
    Buffer.concat([Buffer.from([(id << 3) | 2]), varintOf(bytes.length), bytes])
  return Buffer.concat([
    field(1, Buffer.from(JSON.stringify(result))),
    field(2, Buffer.from('application/json')),
    Buffer.from([4 << 3]),
    varintOf(200),
  ])
}

function varintOf(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}
