import { randomUUID } from 'node:crypto'
import { request } from 'node:http'
import { parseHost } from '@miniprogram-cos/protocol'

/** What WeChat suggests: to show the content, to hide it, or that somebody looks at it. */
export type MediaSuggestion = 'pass' | 'risky' | 'review'

/** The parameters of `security.mediaCheckAsync`, as WeChat's document names them. */
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
  /** Name of the function to which the message push of `wxa_media_check` is configured. */
  deliverTo: string
  /** Decides instead of WeChat: nothing here looks at pictures. The result is delivered once it has. */
  judge: (content: Buffer, request: MediaCheckRequest) => MediaSuggestion | Promise<MediaSuggestion>
}

interface MediaCheckServices extends MediaCheckOptions {
  /** Address of the local COS, where the URLs of buckets lead. */
  cos: () => string
  deliver: (name: string, message: object, openid: string) => Promise<unknown>
  /** Unix milliseconds. */
  clock: () => number
}

/** WeChat's codes: wrong parameters of the call, and content that could not be downloaded. */
const INVALID_ARGS = 40097
const DOWNLOAD_FAILED = -1008

const LABELS: Record<MediaSuggestion, number> = { pass: 100, review: 20001, risky: 20002 }

/**
 * `security.mediaCheckAsync` of WeChat: answers with a trace id, downloads the content, and sends the verdict of the
 * options as a message to a function, as WeChat does within 30 minutes.
 */
export class MediaCheck {
  readonly #services: MediaCheckServices
  #isClosed = false

  constructor(services: MediaCheckServices) {
    this.#services = services
  }

  /** @returns WeChat's answer */
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
    const asked = { media_url: url, media_type: type, version, scene: Number(scene), openid }
    this.#check(traceId, asked).catch((error) => {
      if (!this.#isClosed) console.error(`mediaCheckAsync: ${error}`)
    })
    return { errcode: 0, errmsg: 'ok', trace_id: traceId }
  }

  /** Checks in progress deliver nothing any more. */
  close(): void {
    this.#isClosed = true
  }

  async #check(traceId: string, asked: MediaCheckRequest): Promise<void> {
    const { judge, deliver, deliverTo, clock } = this.#services
    const content = await this.#download(asked.media_url)
    const suggest = content && (await judge(content, asked))
    const verdict = suggest && { suggest, label: LABELS[suggest] }
    const errors = verdict
      ? { errcode: 0, errmsg: 'ok' }
      : { errcode: DOWNLOAD_FAILED, errmsg: 'download failed' }
    const message = {
      ToUserName: 'gh_local_cloud',
      FromUserName: asked.openid,
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
    if (!this.#isClosed) await deliver(deliverTo, message, asked.openid)
  }

  /** The content of an object's URL; undefined where it cannot be read. Nothing outside of the local COS is reached. */
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
