/** The style of the admin page, with the colours of the preview. */
export const PAGE_STYLE = `
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
export const PAGE_SCRIPT = `
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
  const scrolled = [...document.querySelectorAll('.scroll')].map((one) => one.scrollTop)
  document.querySelector('main').replaceWith(page.querySelector('main'))
  document.querySelectorAll('.scroll').forEach((one, i) => { one.scrollTop = scrolled[i] || 0 })
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
