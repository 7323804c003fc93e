/** Texts of the probes in Chinese, by id. Reports contain the English ones, so that they can be compared. */
export const CHINESE_PROBES: Record<string, { assumed: string; byHand?: string }> = {
  'signature-in-the-future': {
    assumed: '生效时间在未来 15 分钟以内的签名会被接受，超过则返回 `RequestTimeTooSkewed`。',
  },
  'token-missing-or-foreign': {
    assumed: '临时密钥缺少 token 或使用他人的 token 时返回 `InvalidAccessKeyId`。',
  },
  'request-id': {
    assumed: 'COS 的 RequestId 是「十六进制秒数 + `_` + 其他」的 base64，以 N 开头。',
  },
  'path-style': {
    assumed: '2024-01-01 起创建的存储桶对路径形式返回 `PathStyleDomainForbidden`。',
  },
  'list-permission': { assumed: '列表权限按 `<存储桶>/<前缀>` 判断。' },
  'part-copy-permission': {
    assumed: 'Upload Part - Copy 需要目标的 `PutObject` 与源的 `GetObject` 权限。',
  },
  'acl-headers-by-key': {
    assumed:
      '条件键 `cos:x-cos-grant-*` 与 `cos:x-cos-acl` 一样有效，可禁止签发的密钥携带这些头部上传。文档未列出这些条件键：若 COS 忽略它们，用户可以公开自己的对象，此时应使用 `cos-signature`。',
  },
  'uid-star': { assumed: '据用户反馈，策略资源中的 `uid/*` 在 COS 中不匹配任何资源。' },
  'federation-name': {
    assumed: 'GetFederationToken 的 `Name` 接受字母与连字符，不接受数字。',
  },
  'policy-length': {
    assumed: 'STS 未说明策略长度上限；采用 CAM 的上限 6144 个字符。',
  },
  'policy-principal': {
    assumed: 'STS 接受腾讯云示例中的 `principal: {"qcs":["*"]}`，拒绝其他 principal。',
  },
  'federation-resource': {
    assumed: 'CAM 策略中 `sts:GetFederationToken` 的资源是否只能为 `*`。',
    byHand:
      'CAM 控制台 → 策略 → 按策略语法新建：sts:GetFederationToken，资源 qcs::sts::uin/<账号>:federatedUser/*。能否保存，npm run doctor 是否仍通过？',
  },
  'multi-delete-without-md5': { assumed: '批量删除缺少 Content-MD5 时返回 `InvalidRequest`。' },
  'form-content-conditions': {
    assumed:
      'PostObject 的 `cos:content-type` 与 `cos:content-length` 是否取自表单的 `Content-Type` 字段与文件长度。若 COS 取自整个表单，则受限目录的表单上传会被拒绝，不会被放行。',
  },
  'forbid-overwrite': {
    assumed:
      '带 `x-cos-forbid-overwrite: true` 覆盖已有对象时返回 `FileAlreadyExists`，包括 PUT、复制、初始化分块上传与完成分块上传。',
  },
  'leading-slashes': { assumed: '对象键开头的斜杠会被去掉。' },
  'path-of-dots': {
    assumed: '路径仅由斜杠与点组成的请求（预检除外）返回 `InvalidURI`。',
  },
  'preflight-of-slashes': {
    assumed: '路径仅由斜杠组成的预检请求会被拒绝（浏览器 SDK 的测试如此）。',
    byHand:
      "先为存储桶添加来源为 * 的跨域规则：curl -i -X OPTIONS -H 'Origin: https://example.com' -H 'Access-Control-Request-Method: PUT' https://BUCKET.cos.REGION.myqcloud.com// ，是否返回 403？",
  },
  'tag-lengths': {
    assumed:
      '标签键最长 127、值最长 255 个字符（接口文档写 128 与 256）；ASCII 以外的字母与数字可用。',
    byHand:
      'COS 控制台 → 存储桶 → 对象 → 标签：能否使用 128 个字符的键、256 个字符的值，或中文键？',
  },
  'bucket-name-length': {
    assumed:
      '存储桶名称含 APPID 最长 60 个字符；文档指的是整个域名，腾讯云 SDK 的测试使用了更长的名称。',
    byHand: 'COS 控制台 → 新建存储桶：名称最多可输入多少个字符？',
  },
  'part-numbers-with-gaps': {
    assumed:
      '完成分块上传时分块号必须连续：接口文档写 `InvalidPart`，错误码列表把该描述归于 `InvalidPartOrder`。',
  },
  'completed-twice': { assumed: '第二次完成同一个分块上传返回 `NoSuchUpload`。' },
  'codes-of-bad-values': {
    assumed:
      '文档只写条件、未写错误码时：配置文档中的无效元素为 `MalformedXML`，头部的无效值为 `InvalidArgument`。',
  },
  'unknown-environment': {
    assumed:
      '不存在或属于他人的环境如何拒绝：`DescribeEnvInfo` 的任何 `ResourceNotFound` 或 `InvalidParameter` 均视为环境不存在。',
  },
  runtime: { assumed: '各地域是否都提供运行环境 `Nodejs20.19`。' },
  'unsigned-processing': {
    assumed: '规则列出 `Pic-Operations` 头部时，严格签名模式拒绝未签名的该头部。',
  },
  'strict-signature-actions': {
    assumed: 'CAM 中两个严格签名接口的名称，以及 COS 返回该规则的格式。',
  },
  'code-address-is-fresh': {
    assumed:
      '云函数的代码下载地址是否立即返回新代码（否则部署后会出现 `CodeDiffers`：再执行一次即可）。',
    byHand: '修改一条规则后执行 npm run deploy：是否以 CodeDiffers 结束？',
  },
  'pass-role': {
    assumed: '是否所有账号都需要 `PassRole`。',
    byHand: '移除部署子账号的 cam:PassRole 后执行 npm run deploy：是否为 NotAuthorized？',
  },
  'tcb-source': {
    assumed:
      '小程序直接调用时 `TCB_SOURCE` 是否总为 `wx_client` 或 `wx_devtools`：云函数拒绝其他来源。',
    byHand:
      '分别在开发者工具、预览版与正式版，以及 Android 与 iOS 上运行示例：是否有 KitNoIdentity？',
  },
  'warm-environment': {
    assumed: '平台是否在两次调用之间清除热实例的环境变量。云函数不依赖这一点。',
    byHand:
      '部署一个返回 process.env.WX_OPENID 的云函数，先从手机调用，再用控制台的测试按钮调用：第二次是否为空？',
  },
  'upload-response-headers': {
    assumed: '微信 `uploadFile` 是否在所有手机上返回响应头（因而有 ETag）。',
    byHand: '在 Android 与 iOS 的示例中上传一张小图：详情页是否显示 ETag？',
  },
  'ranges-of-large-files': {
    assumed: '用 `open` 与 `read` 读取超过 100 MB 文件的片段是否在所有手机上可用。',
    byHand: '在 Android 与 iOS 的示例中上传 150 MB 的文件：是否完成？',
  },
  'interrupted-before-next': {
    assumed: '请求被微信中断的页面是否在下一个请求失败之前收到 `onAppShow`。',
    byHand: '在示例中开始一个大文件上传，离开微信 30 秒后返回：是否自动继续？',
  },
  'md5-of-large-files': {
    assumed:
      '`getFileInfo` 是否在所有手机上都能很快给出大文件的 MD5：应用重启后的续传靠它识别文件。',
    byHand: '重启后在示例中再次选择 150 MB 的文件：多久之后继续上传？',
  },
  'shared-sockets': {
    assumed:
      '`request`、`uploadFile`、`downloadFile` 是否共用 10 个连接，超出的请求是等待还是失败。',
    byHand: '在示例中同时上传 20 个小文件并加载图片：是否有某一项立即失败？',
  },
  'domain-error-texts': {
    assumed: '域名不在列表中时各平台的错误文本与 `errno`：`url not in domain list` 或 600002。',
    byHand:
      '从一个列表中移除域名，在 Android、iOS 与开发者工具中打开「隔离 → 检查」：是否提示缺少该域名？',
  },
}
