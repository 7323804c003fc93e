import type { AbortSignalLike } from '@miniprogram-cos/protocol'
import type { ClientCore } from '../core'
import type { Key, ReadySignature } from '../credentials/answers'
import { pick } from '../pick'
import type { TransferProgress, WxReply } from '../wx/wxTransfer'
import { exchange } from './exchange'
import { isSame, type Prepared } from './prepare'
import { keyTimeOf, signed } from './signing'

/** Headers that a form carries as fields, under these names (document 436/14690). */
const FORM_FIELDS =
  'Cache-Control Content-Type Content-Disposition Content-Encoding Expires x-cos-storage-class'.split(
    ' ',
  )

/** Signs a request and sends it. @throws CosError kind `network`, `abort` */
export function send(
  { options, events }: ClientCore,
  prepared: Prepared,
  credential: Key | ReadySignature,
  onProgress?: (progress: TransferProgress) => void,
): Promise<WxReply> {
  const { params, row } = prepared
  const Authorization =
    'Authorization' in credential
      ? credential.Authorization
      : signed(prepared, options, credential, keyTimeOf(credential, options))
  // WeChat sets the length itself; it was signed all the same.
  const plain = pick(prepared.headers, /^(?!Content-Length$)/) as Prepared['headers']
  // Data processing has hosts, and a token header, of its own.
  const isProcessing = /^https?:\/\/([^/]+\.)?ci\./.test(prepared.url)
  const tokenHeader = `x-${isProcessing ? 'ci' : 'cos'}-security-token`
  const token = pick({ [tokenHeader]: credential.SecurityToken || undefined })
  // Listeners may change it.
  const sent = {
    method: prepared.method,
    url: prepared.url,
    headers: row.form ? plain : { ...plain, Authorization, ...credential.headers, ...token },
    body: prepared.body,
    filePath: params.FilePath,
  }
  events.emit('before-send', sent)
  const { method, url, headers, body, filePath } = sent
  const common = { url, timeout: options.Timeout || undefined }
  const signal = params.signal as AbortSignalLike | undefined
  if (!row.form) {
    const { HttpDNSServiceId: httpDNSServiceId } = options
    const request = {
      ...common,
      ...(httpDNSServiceId && { enableHttpDNS: true, httpDNSServiceId }),
      method,
      header: headers,
      data: body,
      // COS speaks XML; WeChat would try to parse JSON.
      dataType: 'text',
      responseType: params.DataType || 'text',
      // A redirect must be seen, not followed: the signature is for this host.
      redirect: 'manual',
    }
    return exchange('request', request, { url, method }, signal)
  }
  const fields: Prepared['headers'] = {
    key: prepared.Key,
    success_action_status: 200,
    Signature: Authorization,
    'Content-Type': '',
    ...token,
    ...pick(headers, /^x-cos-meta-/i),
  }
  for (const [name, value] of Object.entries(headers)) {
    const isName = (own: string) => isSame(own, name)
    const field = FORM_FIELDS.find(isName) || (isName('x-cos-acl') && 'acl')
    if (field) fields[field] = value
  }
  // The request itself is `multipart/form-data`; the file's own type travels in the form.
  const own = pick(headers, /^(?!(content-type|cache-control)$)/i)
  const header = { ...own, ...credential.headers, ...token }
  const upload = { ...common, header, filePath, formData: fields, name: 'file' }
  return exchange('uploadFile', upload, { url, method }, signal, onProgress)
}
