import type { PhoneSettings } from './phoneSettings'

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
  <div id="status"><span>9:41</span><span>▮▮▮ ⌁ ▬</span></div>
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
