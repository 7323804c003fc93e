import { escapeXml } from '@miniprogram-cos/protocol'
import type { Statement } from '../cos/policy/policy'
import type { LogEntry } from '../cos/serve'
import type { ObjectRecord, UploadRecord } from '../cos/store/records'
import type { Store } from '../cos/store/store'
import type { KeyRing } from '../keys/keyRing'

const SHOWN = 200

/** One page: buckets, their first keys, uploads in progress, issued keys, the last requests. */
export async function overviewPage(
  store: Store,
  keys: KeyRing,
  entries: readonly LogEntry[],
): Promise<string> {
  const sections: string[] = []
  for (const bucket of store.buckets.list()) {
    const objects: ObjectRecord[] = []
    await store.objects.walk(bucket.name, '', '', (object) => {
      objects.push(object)
      return objects.length < SHOWN ? 'next' : 'stop'
    })
    const uploads: UploadRecord[] = []
    await store.uploads.walk(bucket.name, '', '', (upload) => {
      uploads.push(upload)
      return uploads.length < SHOWN ? 'next' : 'stop'
    })
    sections.push(
      `<h2>${escapeXml(bucket.name)} <small>${escapeXml(bucket.region)}</small></h2>`,
      table(
        ['key', 'bytes', 'modified', 'ETag'],
        objects.map(({ key, size, lastModified, etag }) => [key, String(size), lastModified, etag]),
      ),
      uploads.length > 0 ? '<h3>uploads in progress</h3>' : '',
      uploads.length > 0
        ? table(
            ['key', 'UploadId', 'begun'],
            uploads.map(({ key, uploadId, initiated }) => [key, uploadId, initiated]),
          )
        : '',
    )
  }
  if (keys.issued.length > 0) {
    const rows = keys.issued.map(({ name, SecretId, ExpiredTime, policy }) => [
      name,
      SecretId,
      new Date(ExpiredTime * 1000).toISOString(),
      policy.statement.map(summary).join('\n'),
    ])
    const head = ['name', 'SecretId', 'until', 'may']
    sections.push(`<h2>issued keys</h2>${table(head, rows)}`)
  }
  const requests = table(
    ['time', 'who', 'operation', 'request', 'status', 'code', 'decision'],
    [...entries]
      .reverse()
      .map(({ time, who, operation, method, url, status, code = '', decision = '' }) => [
        time.slice(11, 23),
        who,
        operation,
        `${method} ${url.slice(0, 120)}`,
        String(status),
        code,
        decision,
      ]),
  )
  return `<!doctype html><meta charset="utf-8"><title>local COS</title><style>${STYLE}</style>
<h1>local COS</h1>${sections.join('')}<h2>requests</h2>${requests}
<script>new EventSource('/events').onmessage=()=>{clearTimeout(window.t);window.t=setTimeout(()=>location.reload(),500)}</script>`
}

function summary({ effect, action, resource, condition }: Statement): string {
  const paths = resource.map((one) => one.split(':').slice(5).join(':') || one)
  const when = condition ? ` when ${JSON.stringify(condition)}` : ''
  const what = action.map((one) => one.replace(/^(name\/)?cos:/, ''))
  return `${effect} ${what.join(', ')} on ${paths.join(', ')}${when}`
}

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1d2129}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #e5e6eb;overflow-wrap:break-word;vertical-align:top;white-space:pre-line}
th{font-weight:600;color:#4e5969}small{color:#86909c;font-weight:400}`

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, row: string[]) =>
    row.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')
  return `<table><tr>${cells('th', head)}</tr>${body}</table>`
}
