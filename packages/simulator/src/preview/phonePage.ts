import type { PhoneSettings } from './phoneSettings'

const SIGNAL =
  '<svg width="46" height="12" viewBox="0 0 46 12" fill="currentColor" aria-hidden="true">' +
  '<rect y="7" width="3" height="5" rx="1"/><rect x="4.5" y="5" width="3" height="7" rx="1"/>' +
  '<rect x="9" y="2.5" width="3" height="9.5" rx="1"/><rect x="13.5" width="3" height="12" rx="1"/>' +
  '<rect x="22.5" y=".5" width="20" height="11" rx="3" fill="none" stroke="currentColor" opacity=".4"/>' +
  '<rect x="24" y="2" width="17" height="8" rx="1.5"/><rect x="43.5" y="4" width="1.5" height="4" rx=".7" opacity=".4"/></svg>'

/** The document of one phone. */
export function phonePage(settings: PhoneSettings): string {
  // In a script, `<` could end it.
  const json = JSON.stringify(settings).replace(/</g, '\\u003c')
  return `<!doctype html>
<html>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/phone.css">
</head>
<body>
<div id="phone">
  <div id="status"><span>9:41</span>${SIGNAL}</div>
  <header id="nav"></header>
  <main id="pages"></main>
  <nav id="tabs" hidden></nav>
</div>
<script>window.__phone = ${json}</script>
<script src="/phone.js"></script>
<script src="/app.js"></script>
</body>
</html>
`
}
