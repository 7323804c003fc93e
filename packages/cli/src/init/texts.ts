/**
 * Texts of the files that `init` adds to an app. The configuration is a plain object, so that apps without the server
 * package can load it.
 */

export function configText(language: 'js' | 'ts', env: string, bucket: string): string {
  const type =
    language === 'js'
      ? "/** @type {import('@miniprogram-cos/server').CosConfig} */\n"
      : `// With @miniprogram-cos/server as a development dependency, defineConfig({ ... }) checks it in the editor.\n`
  return `// Where the files of this app's users are, and who may do what. \`dev\` applies a change at once; before you deploy by
// DevTools, run npx @miniprogram-cos/cli build.
${type}export const config = {
  env: '${env}',
  bucket: '${bucket}',
  region: 'ap-guangzhou',
  access: {
    // {openid} is the caller's OPENID, which the cloud function takes from WeChat and never from the app.
    'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] },
    'shared/{openid}/**': { owner: ['read', 'write', 'delete', 'list'], everyone: ['read'] },
  },
}
`
}

export const ENV_EXAMPLE = `# Copy to .env, or let \`npx @miniprogram-cos/cli setup\` write it. It is ignored by git; never commit a key.
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
`

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
// Once in an app, before any cloud function is called.
wx.cloud.init()
`
  const exported = isModule ? 'export ' : ''
  return `// Files of each user in a folder of their own. In a page:
//   ${use}
//   const { tempFiles } = await wx.chooseMedia({ count: 1 })
//   const { Key } = await upload(tempFiles[0].tempFilePath)
${load}
${init}
// Paths with a quota or beforeUpload need COS.cloud({ mode: 'signature' }).
/** The app's only COS client. Bucket, region and the user's folder come from the cloud function. */
${exported}const cos = COS.cloud({ functionName: 'cos-credentials' })

/** A name that no other file has: WeChat repeats temporary names on some devices. */
function newName(path${isTyped ? ': string' : ''}) {
  const [extension = ''] = /\\.\\w+$/.exec(path) || []
  return \`\${Date.now()}-\${Math.random().toString(36).slice(2, 10)}\${extension}\`
}

/** Uploads a local file into the caller's folder. */
${exported}async function upload(path${isTyped ? ': string' : ''}, name = newName(path)) {
  const { prefix } = await cos.caller()
  const Key = prefix + name
  const { ETag } = await cos.uploadFile({ Key, FilePath: path })
  return { Key, ETag }
}
${isModule ? '' : '\nmodule.exports = { cos, upload }\n'}`
}
