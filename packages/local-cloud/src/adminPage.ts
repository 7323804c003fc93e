import { escapeXml } from '@miniprogram-cos/protocol'
import type { Documents } from './cloudbase/documents'
import type { Statement } from './cos/parsePolicy'
import type { LogEntry } from './cos/requestLog'
import type { BucketRecord, ObjectRecord, UploadRecord } from './cos/store/records'
import type { Store } from './cos/store/store'
import type { KeyRing } from './sts/keys'

interface PageContent {
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

/** The style of the admin page, with the colours of the preview. */
const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --back: light-dark(#eceff3, #1b1e22);
  --card: light-dark(#fff, #24282d);
  --raised: light-dark(#f6f7f9, #2b3036);
  --text: light-dark(#1f2328, #e3e6ea);
  --faint: light-dark(#646c76, #98a1ab);
  --line: light-dark(#dfe3e8, #3a4048);
  --hover: light-dark(#f0f5fb, #2d343c);
  --accent: light-dark(#0b66d6, #6cb0ff);
  --ok: light-dark(#1a7f4b, #5cc98f);
  --bad: light-dark(#c5303c, #ff8a92);
}
* { box-sizing: border-box }
body {
  margin: 0;
  background: var(--back);
  color: var(--text);
  font: 13px/1.45 system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif;
}
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px }
header {
  position: sticky;
  top: 0;
  z-index: 1;
  display: flex;
  flex-wrap: wrap;
  gap: 8px 24px;
  align-items: center;
  padding: 8px 20px;
  border-bottom: 1px solid var(--line);
  background: var(--card);
}
h1 { margin: 0; font-size: 15px }
form { display: flex; flex-wrap: wrap; gap: 6px; align-items: center }
button, input, select {
  height: 26px;
  padding: 0 8px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--card);
  color: inherit;
  font: inherit;
  font-size: 12px;
}
input[type=file] { padding: 2px 4px }
button { cursor: pointer }
button:hover { background: var(--hover) }
output { color: var(--faint) }
main { display: grid; gap: 16px; max-width: 100rem; margin: 0 auto; padding: 16px 20px }
section { min-width: 0; border: 1px solid var(--line); border-radius: 8px; background: var(--card) }
h2 { margin: 0; padding: 9px 14px; border-bottom: 1px solid var(--line); font-size: 13px }
h3 { margin: 0; padding: 9px 14px; font-size: 12px }
small { color: var(--faint); font-weight: 400 }
section > p { margin: 0; padding: 9px 14px; color: var(--faint) }
.scroll { max-height: 34rem; overflow: auto }
table { width: 100%; border-collapse: collapse; font-size: 12px }
th, td {
  padding: 4px 14px;
  border-bottom: 1px solid var(--line);
  text-align: left;
  vertical-align: middle;
  overflow-wrap: anywhere;
  white-space: pre-line;
}
th { position: sticky; top: 0; background: var(--raised); color: var(--faint); font-weight: 500; white-space: nowrap }
tr:last-child td { border-bottom: 0 }
tr:hover td { background: var(--hover) }
td:has(button) { white-space: nowrap }
code { font: 12px ui-monospace, "SF Mono", Menlo, Consolas, "Noto Sans Mono CJK SC", monospace }
a { color: var(--accent); text-decoration: none }
a:hover { text-decoration: underline }
img { display: block; width: 32px; height: 32px; border-radius: 4px; object-fit: cover }
.ok { color: var(--ok) }
.bad { color: var(--bad) }
`

/** Uploads and deletes objects, and refreshes the page after each request. Expects the variable `texts`. */
const PAGE_SCRIPT = `
const status = document.querySelector('output')
const say = (text, values) => {
  status.textContent = text.replace(/{(\\w+)}/g, (_, name) => values[name])
}
async function send(method, url, body) {
  const response = await fetch(url, { method, body })
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error || response.status)
}
async function refresh() {
  const text = await (await fetch(location.href)).text()
  const page = new DOMParser().parseFromString(text, 'text/html')
  const scrolled = [...document.querySelectorAll('.scroll')].map((box) => box.scrollTop)
  document.querySelector('main').replaceWith(page.querySelector('main'))
  document.querySelectorAll('.scroll').forEach((box, i) => { box.scrollTop = scrolled[i] || 0 })
}
const attempt = (task) => task().catch((error) => say(texts.failed, { reason: error.message }))
document.querySelector('#upload').addEventListener('submit', (event) => {
  event.preventDefault()
  const { bucket, folder, files } = event.target.elements
  attempt(async () => {
    const prefix = folder.value && !folder.value.endsWith('/') ? folder.value + '/' : folder.value
    const chosen = [...files.files]
    for (const file of chosen) {
      const query = new URLSearchParams({ bucket: bucket.value, key: prefix + file.name })
      await send('PUT', '/object?' + query, file)
    }
    files.value = ''
    say(texts.uploaded, { count: chosen.length })
    await refresh()
  })
})
document.addEventListener('click', ({ target }) => {
  const { delete: url, key } = target.dataset
  if (!url || !confirm(texts.remove.replace('{key}', () => key))) return
  attempt(async () => {
    await send('DELETE', url)
    await refresh()
  })
})
let timer
new EventSource('/events').onmessage = () => {
  clearTimeout(timer)
  timer = setTimeout(() => attempt(refresh), 500)
}
`
