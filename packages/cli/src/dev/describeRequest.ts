import {
  expectedSignature,
  matchOperation,
  parseAuthorization,
  parseHost,
} from '@miniprogram-cos/protocol'
import { nodeHash } from '@miniprogram-cos/server'
import type { RequestDescription, SentRequest } from '@miniprogram-cos/simulator/preview'
import { configFile } from '../project'
import { findRule } from '../rules/ruleLocation'
import { t } from '../text'

/** Describes a request to COS for the panel of requests; undefined for other servers. */
export function describeRequest({
  method,
  url,
  headers,
}: SentRequest): RequestDescription | undefined {
  const { host, pathname, searchParams } = new URL(url)
  const named = parseHost(host)
  if (named?.kind !== 'bucket') return undefined
  const lower: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = value
  const query = Object.fromEntries(searchParams)
  const objectKey = decode(pathname).replace(/^\/+/, '')
  const match = matchOperation({
    method,
    target: objectKey === '' ? 'bucket' : 'object',
    query,
    copies: lower['x-cos-copy-source'] !== undefined,
    form: /^multipart\/form-data/i.test(lower['content-type'] ?? ''),
  })
  const operation = match?.name ?? `${method} ${host}`
  const key = objectKey || (query.prefix ?? '')
  const rule = key === '' ? undefined : findRule(configFile(), key)
  const upload = uploadOf(operation, query)
  return {
    operation,
    key,
    ...(upload ? { upload } : {}),
    ...(rule ? { rule } : {}),
    details: signatureDetails(method, decode(pathname), query, lower),
  }
}

function uploadOf(
  operation: string,
  { uploadId, partNumber }: Record<string, string>,
): RequestDescription['upload'] {
  const id = uploadId === undefined ? {} : { id: uploadId }
  switch (operation) {
    case 'multipartInit':
      return { step: 'begin' }
    case 'multipartUpload':
    case 'uploadPartCopy':
      return { ...id, part: Number(partNumber) }
    case 'multipartListPart':
      return id
    case 'multipartComplete':
      return { ...id, step: 'complete' }
    case 'multipartAbort':
      return { ...id, step: 'abort' }
    default:
      return undefined
  }
}

/** The parts of a request that its signature covers (document 436/7778). */
function signatureDetails(
  method: string,
  pathname: string,
  query: Record<string, string>,
  headers: Record<string, string>,
): { title: string; text: string }[] {
  const inQuery = Object.keys(query).some((name) => name.startsWith('q-'))
  const text = inQuery
    ? Object.entries(query)
        .filter(([name]) => name.startsWith('q-'))
        .map((pair) => pair.join('='))
        .join('&')
    : headers.authorization
  const auth = text === undefined ? undefined : parseAuthorization(text)
  if (!auth) return []
  const signed = Object.fromEntries(
    Object.entries(query).filter(([name]) => !name.startsWith('q-')),
  )
  // A placeholder key: only the signed text is used, not the signature.
  const request = { method, pathname, query: signed, headers }
  const { stringToSign, httpString } = expectedSignature(request, auth, '', nodeHash)
  const [from = 0, until = 0] = auth.keyTime.split(';').map(Number)
  const valid = `${new Date(from * 1000).toISOString()} - ${new Date(until * 1000).toISOString()}`
  return [
    { title: t('String to sign', '待签名字符串 StringToSign'), text: stringToSign },
    { title: t('HTTP string', 'HttpString'), text: httpString },
    {
      title: t('Signature', '签名'),
      text: [
        `SecretId  ${auth.SecretId}`,
        `KeyTime   ${valid}`,
        `headers   ${auth.headerList.join(', ') || '-'}`,
        `params    ${auth.paramList.join(', ') || '-'}`,
      ].join('\n'),
    },
  ]
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
