import { t } from '../text'

/**
 * Texts of the files that `init` adds to an app, with comments in the user's language. The configuration is a plain
 * object, so that apps without the server package can load it.
 */

export function configText(language: 'js' | 'ts', env: string, bucket: string): string {
  const type =
    language === 'js'
      ? "/** @type {import('@miniprogram-cos/server').CosConfig} */\n"
      : t(
          '// With @miniprogram-cos/server as a development dependency, defineConfig({ ... }) checks it in the editor.\n',
          '// 把 @miniprogram-cos/server 装为开发依赖并使用 defineConfig({ ... })，编辑器即可检查配置。\n',
        )
  const head = t(
    `// Where the files of this app's users are, and who may do what. \`dev\` applies a change at once; before you deploy by
// DevTools, run npx @miniprogram-cos/cli build.`,
    `// 用户文件所在的存储桶，以及谁可以做什么。\`dev\` 会立即应用修改；用开发者工具上传云函数之前，
// 请先执行 npx @miniprogram-cos/cli build。`,
  )
  const openid = t(
    "{openid} is the caller's OPENID, which the cloud function takes from WeChat and never from the app.",
    '{openid} 是调用者的 OPENID，由云函数从微信获取，绝不取自小程序传来的内容。',
  )
  return `${head}
${type}export const config = {
  env: '${env}',
  bucket: '${bucket}',
  region: 'ap-guangzhou',
  access: {
    // ${openid}
    'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] },
    'shared/{openid}/**': { owner: ['read', 'write', 'delete', 'list'], everyone: ['read'] },
  },
}
`
}

export const envExample = () =>
  t(
    `# Copy to .env, or let \`npx @miniprogram-cos/cli setup\` write it. It is ignored by git; never commit a key.
# The local cloud needs none of this.

# A CAM sub-account that may deploy. Not the root account's key.
TENCENTCLOUD_SECRET_ID=
TENCENTCLOUD_SECRET_KEY=
# Only with a temporary key.
TENCENTCLOUD_TOKEN=

# Another sub-account, whose key the cloud functions hold; its rights are the most any user can get
# (\`npx @miniprogram-cos/cli policy\` prints them).
COS_STS_SECRET_ID=
COS_STS_SECRET_KEY=
`,
    `# 复制为 .env，或由 \`npx @miniprogram-cos/cli setup\` 写入。git 会忽略 .env；请勿提交密钥。
# 本地云不需要这些密钥。

# 有部署权限的 CAM 子账号，不要使用主账号密钥。
TENCENTCLOUD_SECRET_ID=
TENCENTCLOUD_SECRET_KEY=
# 仅在使用临时密钥时填写。
TENCENTCLOUD_TOKEN=

# 另一个子账号，其密钥由云函数持有；它的权限是任何用户所能得到的上限
# （\`npx @miniprogram-cos/cli policy\` 可打印）。
COS_STS_SECRET_ID=
COS_STS_SECRET_KEY=
`,
  )

/** @param initsCloud whether the app calls wx.cloud.init itself */
export function serviceText(language: 'js' | 'ts', isModule: boolean, initsCloud: boolean): string {
  const isTyped = language === 'ts'
  const load = isModule
    ? "import { COS } from 'miniprogram-cos'"
    : "const { COS } = require('miniprogram-cos')"
  const use = isModule
    ? "import { upload } from '../../services/cos'"
    : "const { upload } = require('../../services/cos')"
  const init = initsCloud
    ? ''
    : `
// ${t('Once in an app, before any cloud function is called.', '整个小程序调用一次，须在调用任何云函数之前。')}
wx.cloud.init()
`
  const exported = isModule ? 'export ' : ''
  return `// ${t('Files of each user in a folder of their own. In a page:', '每个用户的文件都在自己的目录中。在页面中：')}
//   ${use}
//   const { tempFiles } = await wx.chooseMedia({ count: 1 })
//   const { Key } = await upload(tempFiles[0].tempFilePath)
${load}
${init}
// ${t("Paths with a quota or beforeUpload need COS.cloud({ mode: 'signature' }).", "带有 quota 或 beforeUpload 的路径需要 COS.cloud({ mode: 'signature' })。")}
/** ${t("The app's only COS client. Bucket, region and the user's folder come from the cloud function.", '整个小程序唯一的 COS 客户端。存储桶、地域与用户目录由云函数给出。')} */
${exported}const cos = COS.cloud({ functionName: 'cos-credentials' })

/** ${t('A name that no other file has: WeChat repeats temporary names on some devices.', '不重复的文件名：在部分设备上，微信的临时文件名会重复。')} */
function newName(path${isTyped ? ': string' : ''}) {
  const [extension = ''] = /\\.\\w+$/.exec(path) || []
  return \`\${Date.now()}-\${Math.random().toString(36).slice(2, 10)}\${extension}\`
}

/** ${t("Uploads a local file into the caller's folder.", '把本地文件上传到调用者自己的目录。')} */
${exported}async function upload(path${isTyped ? ': string' : ''}, name = newName(path)) {
  const { prefix } = await cos.caller()
  const Key = prefix + name
  const { ETag } = await cos.uploadFile({ Key, FilePath: path })
  return { Key, ETag }
}
${isModule ? '' : '\nmodule.exports = { cos, upload }\n'}`
}
