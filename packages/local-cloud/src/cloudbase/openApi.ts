import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { request } from 'node:http'
import { Busboy } from '@fastify/busboy'
import { parseHost } from '@miniprogram-cos/protocol'
import { CloudBaseError, notImplemented } from './errors'

/** WeChat's suggestion: show the content, hide it, or have it reviewed by a person. */
export type MediaSuggestion = 'pass' | 'risky' | 'review'

/** The parameters of `security.mediaCheckAsync`, with the names of WeChat's document. */
export interface MediaCheckRequest {
  media_url: string
  /** 1: audio, 2: picture. */
  media_type: number
  version: number
  /** 1: profile, 2: comment, 3: forum, 4: social log. */
  scene: number
  openid: string
}

export interface MediaCheckOptions {
  /** Name of the function that receives the messages `wxa_media_check`. */
  deliverTo: string
  /** Decides instead of WeChat, because the local cloud does not analyse pictures. Its result is delivered. */
  judge: (content: Buffer, request: MediaCheckRequest) => MediaSuggestion | Promise<MediaSuggestion>
}

interface MediaCheckServices extends MediaCheckOptions {
  /** Address of the local COS, which serves the URLs of buckets. */
  cos: () => string
  deliver: (name: string, message: object, openid: string) => Promise<unknown>
  /** Unix milliseconds. */
  clock: () => number
}

/** WeChat's codes of invalid parameters, and of content that could not be downloaded. */
const INVALID_ARGS = 40097
const DOWNLOAD_FAILED = -1008

const LABELS: Record<MediaSuggestion, number> = { pass: 100, review: 20001, risky: 20002 }

/**
 * `security.mediaCheckAsync` of WeChat: returns a trace id, downloads the content, and sends the result of `judge` to a
 * function as a message, as WeChat does within 30 minutes.
 */
export class MediaCheck {
  readonly #services: MediaCheckServices
  #isClosed = false

  constructor(services: MediaCheckServices) {
    this.#services = services
  }

  /** @returns WeChat's response */
  submit(params: Record<string, unknown>): object {
    const { media_url: url, media_type: type, version, scene, openid } = params
    const isValid =
      typeof url === 'string' &&
      /^https?:\/\//.test(url) &&
      (type === 1 || type === 2) &&
      version === 2 &&
      [1, 2, 3, 4].includes(Number(scene)) &&
      typeof openid === 'string' &&
      openid !== ''
    if (!isValid) return { errcode: INVALID_ARGS, errmsg: 'invalid args' }
    const traceId = randomUUID()
    const check = { media_url: url, media_type: type, version, scene: Number(scene), openid }
    this.#check(traceId, check).catch((error) => {
      if (!this.#isClosed) console.error(`mediaCheckAsync: ${error}`)
    })
    return { errcode: 0, errmsg: 'ok', trace_id: traceId }
  }

  /** Stops deliveries of checks in progress. */
  close(): void {
    this.#isClosed = true
  }

  async #check(traceId: string, check: MediaCheckRequest): Promise<void> {
    const { judge, deliver, deliverTo, clock } = this.#services
    const content = await this.#download(check.media_url)
    const suggest = content && (await judge(content, check))
    const verdict = suggest && { suggest, label: LABELS[suggest] }
    const errors = verdict
      ? { errcode: 0, errmsg: 'ok' }
      : { errcode: DOWNLOAD_FAILED, errmsg: 'download failed' }
    const message = {
      ToUserName: 'gh_local_cloud',
      FromUserName: check.openid,
      CreateTime: Math.floor(clock() / 1000),
      MsgType: 'event',
      Event: 'wxa_media_check',
      appid: 'wx0000000000000000',
      trace_id: traceId,
      version: 2,
      ...errors,
      ...(verdict
        ? {
            detail: [{ strategy: 'content_model', errcode: 0, prob: 90, ...verdict }],
            result: verdict,
          }
        : {}),
    }
    if (!this.#isClosed) await deliver(deliverTo, message, check.openid)
  }

  /** Downloads the content of an object's URL; undefined if it cannot be read. Requests only the local COS. */
  #download(mediaUrl: string): Promise<Buffer | undefined> {
    const { host, pathname, search } = new URL(mediaUrl)
    if (parseHost(host)?.kind !== 'bucket') return Promise.resolve(undefined)
    const { hostname, port } = new URL(this.#services.cos())
    return new Promise((resolve) => {
      const sent = request(
        { hostname, port, path: pathname + search, headers: { Host: host } },
        async (response) => {
          const chunks: Buffer[] = []
          try {
            for await (const chunk of response) chunks.push(chunk as Buffer)
            resolve(response.statusCode === 200 ? Buffer.concat(chunks) : undefined)
          } catch {
            resolve(undefined)
          }
        },
      )
      sent.on('error', () => resolve(undefined))
      sent.end()
    })
  }
}

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
    const readText = (id: number) =>
      parts.find((part) => part.id === id)?.bytes.toString('utf8') ?? ''
    try {
      params[readText(1)] = JSON.parse(readText(2))
    } catch {
      throw notImplemented(`the parameter ${readText(1)} of cloud.openapi, which is not JSON`)
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
    Buffer.concat([Buffer.from([(id << 3) | 2]), encodeVarint(bytes.length), bytes])
  return Buffer.concat([
    field(1, Buffer.from(JSON.stringify(result))),
    field(2, Buffer.from('application/json')),
    Buffer.from([4 << 3]),
    encodeVarint(200),
  ])
}

function encodeVarint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest])
    bytes.push((rest & 0x7f) | 0x80)
  }
}
