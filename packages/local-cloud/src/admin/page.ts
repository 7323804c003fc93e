import { escapeXml } from '@miniprogram-cos/protocol'
import type { Statement } from '../cos/policy/parsePolicy'
import type { LogEntry } from '../cos/requestLog'
import type { BucketRecord, ObjectRecord, UploadRecord } from '../cos/store/records'
import type { Store } from '../cos/store/store'
import type { Documents } from '../database/documents'
import type { KeyRing } from '../keys'
import { PAGE_SCRIPT, PAGE_STYLE } from './pageAssets'

export interface PageContent {
  store: Store
  documents: Documents
  keys: KeyRing
  /** The last requests, oldest first. */
  entries: readonly LogEntry[]
  /** Shows only keys that start with it. */
  prefix: string
  isChinese: boolean
}

/** Maximum number of keys and uploads per bucket, and of documents per collection. */
const MAX_SHOWN = 200

type Translate = (en: string, zh: string) => string

/** The admin page: buckets with their first keys and uploads, collections, issued keys, the last requests. */
export async function overviewPage(content: PageContent): Promise<string> {
  const { store, documents, keys, entries, prefix, isChinese } = content
  const t: Translate = (en, zh) => (isChinese ? zh : en)
  const buckets = store.buckets.list()
  const sections: string[] = []
  for (const bucket of buckets) sections.push(await bucketSection(store, bucket, prefix, t))
  for (const name of documents.collections) {
    const records = documents.list(name)
    const rows = records.slice(0, MAX_SHOWN).map((record) => [code(JSON.stringify(record))])
    const title = `${t('Collection', '集合')} ${escapeXml(name)} (${records.length})`
    sections.push(section(title, table([t('Document', '文档')], rows)))
  }
  if (keys.issued.length > 0) {
    const rows = keys.issued.map(({ name, SecretId, ExpiredTime, policy }) => [
      escapeXml(name),
      code(SecretId),
      escapeXml(new Date(ExpiredTime * 1000).toISOString()),
      code(policy.statement.map(describe).join('\n')),
    ])
    const head = [t('Name', '名称'), 'SecretId', t('Expires', '过期时间'), t('Permissions', '权限')]
    sections.push(section(t('Issued keys', '已签发的密钥'), table(head, rows)))
  }
  sections.push(section(t('Requests', '请求'), requestTable(entries, t)))
  const options = buckets.map(({ name }) => `<option>${escapeXml(name)}</option>`).join('')
  const texts = {
    remove: t('Delete {key}?', '删除 {key}？'),
    failed: t('Failed: {reason}', '失败：{reason}'),
    uploaded: t('Uploaded {count}', '已上传 {count} 个文件'),
  }
  return `<!doctype html>
<html lang="${isChinese ? 'zh' : 'en'}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${t('Local COS', '本地 COS')}</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
<header>
<h1>${t('Local COS', '本地 COS')}</h1>
<form method="get" role="search">
<input name="prefix" value="${escapeXml(prefix)}" aria-label="${t('Prefix of keys', '键前缀')}" placeholder="${t('Prefix of keys', '键前缀')}">
<button>${t('Filter', '筛选')}</button>
</form>
<form id="upload">
<select name="bucket" aria-label="${t('Bucket', '存储桶')}">${options}</select>
<input name="folder" value="${escapeXml(prefix)}" aria-label="${t('Folder', '目录')}" placeholder="${t('Folder', '目录')}">
<input name="files" type="file" multiple required aria-label="${t('Files', '文件')}">
<button>${t('Upload', '上传')}</button>
</form>
<output role="status"></output>
</header>
<main>${sections.join('')}</main>
<script>const texts = ${JSON.stringify(texts)};${PAGE_SCRIPT}</script>
`
}

async function bucketSection(
  store: Store,
  { name, region }: BucketRecord,
  prefix: string,
  t: Translate,
): Promise<string> {
  const objects: ObjectRecord[] = []
  let isComplete = true
  await store.objects.scan(name, prefix, '', (object) => {
    isComplete = objects.length < MAX_SHOWN
    if (isComplete) objects.push(object)
    return isComplete ? 'next' : 'stop'
  })
  const uploads: UploadRecord[] = []
  await store.uploads.scan(name, prefix, '', (upload) => {
    uploads.push(upload)
    return uploads.length < MAX_SHOWN ? 'next' : 'stop'
  })
  const head = ['', t('Key', '键'), t('Bytes', '字节'), t('Modified', '修改时间'), 'ETag', '']
  const parts = [
    objects.length > 0
      ? table(
          head,
          objects.map((object) => objectRow(name, object, t)),
        )
      : `<p>${t('No objects', '没有对象')}</p>`,
  ]
  if (!isComplete) {
    parts.push(
      `<p>${t(`The first ${MAX_SHOWN} keys; filter by a prefix.`, `只显示前 ${MAX_SHOWN} 个键，请按前缀筛选。`)}</p>`,
    )
  }
  if (uploads.length > 0) {
    const rows = uploads.map(({ key, uploadId, initiated }) => [
      code(key),
      code(uploadId),
      escapeXml(initiated),
    ])
    parts.push(
      `<h3>${t('Uploads in progress', '进行中的分块上传')}</h3>`,
      table([t('Key', '键'), 'UploadId', t('Started', '开始时间')], rows),
    )
  }
  return section(`${escapeXml(name)} <small>${escapeXml(region)}</small>`, parts.join(''))
}

function objectRow(bucket: string, object: ObjectRecord, t: Translate): string[] {
  const { key, size, lastModified, etag, headers } = object
  const url = escapeXml(`/object?${new URLSearchParams({ bucket, key })}`)
  const isImage = headers['Content-Type']?.startsWith('image/')
  const label = escapeXml(key)
  return [
    isImage ? `<img src="${url}" alt="" loading="lazy">` : '',
    `<a href="${url}" target="_blank">${code(key)}</a>`,
    size.toLocaleString('en'),
    escapeXml(lastModified),
    code(etag),
    `<a href="${url}&amp;download" aria-label="${t('Download', '下载')} ${label}">${t('Download', '下载')}</a>
<button data-delete="${url}" data-key="${label}" aria-label="${t('Delete', '删除')} ${label}">${t('Delete', '删除')}</button>`,
  ]
}

function requestTable(entries: readonly LogEntry[], t: Translate): string {
  const head = [
    t('Time', '时间'),
    t('Caller', '调用者'),
    t('Operation', '操作'),
    t('Request', '请求'),
    t('Status', '状态'),
    t('Decision', '判定'),
  ]
  const rows = [...entries]
    .reverse()
    .map(({ time, who, operation, method, url, status, code: error = '', decision = '' }) => [
      escapeXml(time.slice(11, 23)),
      escapeXml(who),
      escapeXml(operation),
      code(`${method} ${url.slice(0, 120)}`),
      `<span class="${status < 400 ? 'ok' : 'bad'}">${status} ${escapeXml(error)}</span>`,
      escapeXml(decision),
    ])
  return table(head, rows)
}

function describe({ effect, action, resource, condition }: Statement): string {
  const paths = resource.map((pattern) => pattern.split(':').slice(5).join(':') || pattern)
  const when = condition ? ` when ${JSON.stringify(condition)}` : ''
  const actions = action.map((name) => name.replace(/^(name\/)?cos:/, ''))
  return `${effect} ${actions.join(', ')} on ${paths.join(', ')}${when}`
}

const code = (text: string) => `<code>${escapeXml(text)}</code>`

function section(title: string, content: string): string {
  return `<section><h2>${title}</h2>${content}</section>`
}

/** @param rows cells in HTML */
function table(head: string[], rows: string[][]): string {
  const line = (tag: string, row: string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  return `<div class="scroll"><table>${line('th', head)}${rows.map((row) => line('td', row)).join('')}</table></div>`
}
