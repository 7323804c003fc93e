/** A phone, as the page with all of them shows it. */
export interface ShellPhone {
  name: string
  openid: string
  url: string
  language: string
}

/** The document with the phones side by side. */
export function shellPage(phones: ShellPhone[]): string {
  const json = JSON.stringify(phones).replace(/</g, '\\u003c')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Preview: two phones, one bucket</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/shell.css">
</head>
<body>
<p class="banner"><b>Preview in the browser, not WeChat.</b> The real pages, compiled from their source; layout and
<code>wx</code> are imitated. <span lang="zh">浏览器预览，并非微信：页面为真实源码，布局与 wx 为模拟。</span></p>
<main>
  <section id="phones" aria-label="phones"></section>
  <section id="panel" aria-label="requests">
    <header><h2>Requests <small>请求</small></h2><label><input type="checkbox" id="refused"> refused only</label>
    <button id="clear">Clear</button></header>
    <p id="nothing">What the phones send shows up here: who, what, and which rule allowed or refused it.</p>
    <ol id="requests"></ol>
  </section>
</main>
<script>window.__phones = ${json}</script>
<script src="/shell.js"></script>
</body>
</html>
`
}
