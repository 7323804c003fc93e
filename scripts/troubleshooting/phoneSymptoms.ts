import type { SymptomGroup } from './symptom'

/** What WeChat says or does, before COS is asked. */
export const PHONE_SYMPTOMS: SymptomGroup = {
  title: { en: 'In the mini program', zh: '小程序内' },
  symptoms: [
    {
      see: 'request:fail url not in domain list',
      code: 'KitDomainNotAllowed',
      fault: 'DomainMissing',
      cause: {
        en: 'WeChat refuses hosts that are not in its lists. In DevTools it works as long as "Do not verify valid domain names" is on.',
        zh: '微信拒绝不在「服务器域名」中的域名。开发者工具勾选「不校验合法域名」时不会报错，真机才会。',
      },
    },
    { see: 'request:fail timeout', code: 'KitTimeout' },
    {
      see: 'request:fail interrupted',
      code: 'KitNetwork',
      cause: {
        en: 'The app was in the background for five seconds: WeChat ends its requests.',
        zh: '小程序进入后台超过 5 秒，微信会中断请求。',
      },
      fix: {
        en: 'Nothing for uploads: they wait and go on when the app is shown. Repeat other calls then.',
        zh: '上传会等待，回到前台后自动继续，无需处理；其他调用请在回到前台后重试。',
      },
    },
    {
      see: "module 'miniprogram-cos' is not defined",
      cause: {
        en: 'WeChat finds only packages that DevTools has built.',
        zh: '微信只能找到开发者工具构建过的 npm 包。',
      },
      fix: {
        en: 'DevTools: Tools → Build npm. Or copy one file: docs/guides/single-file.md.',
        zh: '开发者工具：工具 → 构建 npm；或只复制一个文件：docs/guides/single-file.md。',
      },
    },
    {
      see: { en: 'The main package is over 2 MB', zh: '主包超过 2 MB' },
      cause: {
        en: 'The client counts with its compiled size, which `npm run check:wechat` prints.',
        zh: '按编译后的体积计算，`npm run check:wechat` 会打印客户端所占大小。',
      },
      fix: {
        en: "An app that only uploads requires 'miniprogram-cos/upload'; or put the client into a sub-package.",
        zh: "只上传的应用可改用 'miniprogram-cos/upload'；或把客户端放入分包。",
      },
    },
    {
      see: {
        en: 'An upload begins anew after a restart of the app',
        zh: '重启小程序后上传从头开始',
      },
      cause: {
        en: 'An upload is gone on with only for the same content under the same key. The file must still be there, which WeChat does not promise of temporary ones.',
        zh: '内容与 Key 都相同才会续传。文件仍须存在，而微信不保证保留临时文件。',
      },
      fix: {
        en: 'Keep the file with `wx.getFileSystemManager().saveFile`, and give it to the same Key: docs/guides/large-files.md.',
        zh: '用 `wx.getFileSystemManager().saveFile` 保存文件，并以相同的 Key 上传：docs/guides/large-files.md。',
      },
    },
    {
      see: {
        en: 'A picture is downloaded by the browser or a web-view instead of shown',
        zh: '浏览器或 web-view 下载图片而不是显示',
      },
      cause: {
        en: 'COS answers on the default domains of buckets made since 2024 with `Content-Disposition: attachment` (document 436/57456).',
        zh: '2024 年起创建的存储桶，其默认域名的响应带有 `Content-Disposition: attachment`（文档 436/57456）。',
      },
      fix: {
        en: "Bind a domain of your own to the bucket, and name it in the client's option Domain.",
        zh: '为存储桶绑定自定义域名，并填入客户端选项 Domain。',
      },
    },
  ],
}
