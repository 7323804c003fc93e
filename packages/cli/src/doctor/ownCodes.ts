import type { CosErrorKind } from '@miniprogram-cos/protocol'

/** When each error code of the kit occurs: [kind, English, Chinese]. Not part of the client, whose messages explain the error. */
export const OWN_CODES: Record<string, [kind: CosErrorKind, en: string, zh: string]> = {
  KitAborted: [
    'abort',
    'The call was aborted, or its task was cancelled.',
    '调用被中止，或任务被取消。',
  ],
  KitAuthorizationFailed: [
    'credentials',
    'getAuthorization or getSTS threw, rejected, called back with an error, or did not answer within 60 s.',
    'getAuthorization 或 getSTS 抛错、被拒绝、回调了错误，或 60 秒内未返回。',
  ],
  KitBadRequest: [
    'credentials',
    'A cloud function was called with invalid parameters.',
    '云函数收到的参数无效。',
  ],
  KitConfirmRefused: [
    'credentials',
    "The confirmed object is not in the bucket, has been replaced, or is not the caller's.",
    '所确认的对象不在存储桶中、已被替换，或不属于调用者。',
  ],
  KitDomainNotAllowed: [
    'network',
    'WeChat refuses the host: it is not a server domain of the mini program.',
    '微信拒绝访问该域名：它不在小程序的服务器域名列表中。',
  ],
  KitDamagedDownload: [
    'integrity',
    'The received content differs from the object in length, ETag, MD5 or CRC64.',
    '收到的内容与对象的长度、ETag、MD5 或 CRC64 不一致。',
  ],
  KitContentMismatch: [
    'integrity',
    'The content differs from the object in its MD5 or CRC64, after an upload, or after a download with VerifyDownload.',
    '上传后，或开启 VerifyDownload 的下载后，内容的 MD5 或 CRC64 与对象不一致。',
  ],
  KitFileChanged: [
    'integrity',
    'A local file became shorter during its upload.',
    '本地文件在上传过程中变短了。',
  ],
  KitFileRefused: [
    'argument',
    'prepareFile: the file is beyond a limit; `cause` says which.',
    'prepareFile：文件超出限制，详见 `cause`。',
  ],
  KitFileUnreadable: [
    'argument',
    'FilePath, or a fileID of wx.cloud, does not exist or cannot be read.',
    'FilePath 或云存储的 fileID 不存在或无法读取。',
  ],
  KitFileUnwritable: [
    'argument',
    'WeChat cannot write the file of a download: a path outside of USER_DATA_PATH, or a missing folder.',
    '微信无法写入下载的文件：路径不在 USER_DATA_PATH 下，或目录不存在。',
  ],
  KitFunctionAnswer: [
    'credentials',
    'The cloud function returned no key, or no bucket.',
    '云函数的返回中没有密钥，或没有存储桶。',
  ],
  KitFunctionFailed: [
    'credentials',
    'The cloud function could not be called, or failed.',
    '云函数无法调用，或执行失败。',
  ],
  KitHookFailed: [
    'credentials',
    'A hook of the rule threw. The object is in the bucket; confirming it again, or reconcile, runs onUpload again.',
    '规则中的钩子抛错。对象已在存储桶中；再次确认或执行 reconcile 会重新运行 onUpload。',
  ],
  KitInternal: [
    'credentials',
    'The cloud function failed; its log says why.',
    '云函数内部错误，原因见云函数日志。',
  ],
  KitInvalidAuthorization: [
    'credentials',
    'getAuthorization or getSTS returned neither a temporary key nor a signature.',
    'getAuthorization 或 getSTS 的返回既不是临时密钥，也不是签名。',
  ],
  KitInvalidBucket: [
    'argument',
    'Bucket does not have the form name-APPID.',
    'Bucket 格式不是“名称-APPID”。',
  ],
  KitInvalidCopySource: [
    'argument',
    'CopySource has an invalid format.',
    'CopySource 格式不正确。',
  ],
  KitInvalidKey: [
    'argument',
    'COS would refuse the Key, or the phone would address another object.',
    'COS 不接受该 Key，或手机会把它解析成另一个对象的地址。',
  ],
  KitInvalidOption: [
    'argument',
    'A constructor option has an invalid value.',
    '构造函数的某个选项取值不正确。',
  ],
  KitInvalidParam: [
    'argument',
    'A param of the call has an invalid value.',
    '调用的某个参数取值不正确。',
  ],
  KitInvalidRegion: ['argument', 'Region has an invalid format.', 'Region 格式不正确。'],
  KitInvalidText: [
    'argument',
    'A Key or param contains an incomplete character (a lone surrogate).',
    'Key 或参数中含有不完整的字符（孤立的代理项）。',
  ],
  KitInvalidXml: [
    'integrity',
    'The response is not a document of COS: it was cut off, or a captive portal or proxy answered.',
    '返回的不是 COS 的文档：被截断，或由登录页、代理返回。',
  ],
  KitMisconfigured: [
    'credentials',
    'An environment variable of the cloud function is missing or wrong.',
    '云函数的环境变量缺失或有误。',
  ],
  KitMissingParam: ['argument', 'A required param is missing.', '缺少必要的参数。'],
  KitNetwork: ['network', 'No response from COS.', '未收到 COS 的响应。'],
  KitNoCredentials: [
    'credentials',
    'The client has neither a key nor a way to get one.',
    '未提供密钥，也未提供获取密钥的方式。',
  ],
  KitNoETag: [
    'integrity',
    'COS accepted a part without returning its ETag.',
    '分块已上传，但响应中没有 ETag。',
  ],
  KitNoIdentity: [
    'credentials',
    'The cloud function was not called by a user of the mini program.',
    '云函数不是由小程序用户调用的。',
  ],
  KitNoUploadId: [
    'integrity',
    'COS started an upload without returning an UploadId.',
    '响应中没有 UploadId。',
  ],
  KitNotCloud: [
    'argument',
    '`caller()`, `usage()` or a method of the trash was called on a client that was not created by `COS.cloud` or `COS.http`.',
    '在并非由 `COS.cloud` 或 `COS.http` 创建的实例上调用了 `caller()`、`usage()` 或回收站的方法。',
  ],
  KitNotCos: [
    'network',
    'Something other than COS answered: a captive portal, a proxy, or a wrong custom domain.',
    '响应并非来自 COS：可能是网络登录页、代理，或自定义域名有误。',
  ],
  KitNothingGranted: [
    'credentials',
    'The access rules grant this user nothing that a temporary key can permit.',
    '访问规则没有授予该用户任何可通过密钥行使的权限。',
  ],
  KitPathRefused: [
    'credentials',
    'The access rules do not allow this user a key for the requested path.',
    '访问规则不允许该用户获取所请求路径的密钥。',
  ],
  KitPolicyTooLong: [
    'credentials',
    'The requested permissions need a policy that is longer than STS accepts.',
    '一次请求的权限过多，策略超出 STS 的长度限制。',
  ],
  KitPrivacyRefused: [
    'argument',
    'WeChat refuses the function: the privacy guidelines do not declare it (errno 112), or the user has not agreed to them.',
    '微信拒绝调用该接口：“用户隐私保护指引”未声明（errno 112），或用户尚未同意。',
  ],
  KitQuotaExceeded: [
    'credentials',
    "The upload would exceed the folder's quota or maxFiles; the message has the numbers.",
    '上传会超出该目录的 quota 或 maxFiles，消息中有具体数值。',
  ],
  KitRequestRefused: [
    'credentials',
    'The access rules do not allow this user the request to be signed.',
    '访问规则不允许该用户发送待签名的请求。',
  ],
  KitScopeRefused: [
    'credentials',
    'The access rules do not allow this user what the key was requested for.',
    '访问规则不允许该用户获取此权限的密钥。',
  ],
  KitStorageFull: [
    'argument',
    'WeChat has no room for a file: 200 MB for all files of an app, or the phone is full.',
    '微信没有空间保存文件：小程序的本地文件总共最多 200 MB，或手机存储已满。',
  ],
  KitStsFailed: [
    'credentials',
    'STS refused the cloud function a key; the message has its code.',
    'STS 未向云函数签发密钥，错误信息中有其错误码。',
  ],
  KitTimeout: ['network', 'No response from COS in time.', 'COS 未在规定时间内响应。'],
  KitTooManyRequests: [
    'credentials',
    'This user called the cloud function too often; `retryAfter` of its response says how long to wait.',
    '该用户调用云函数过于频繁，返回中的 `retryAfter` 为需等待的秒数。',
  ],
  KitTrashConflict: [
    'credentials',
    'The key of the object to restore is taken: `Overwrite` first moves the present object into the trash.',
    '待恢复文件的对象键已有对象：传入 `Overwrite` 会先把现有对象移入回收站。',
  ],
  KitTrashRefused: [
    'credentials',
    'The access rules do not allow this user the request to the trash, or the trash has no such object.',
    '访问规则不允许该用户对回收站执行此操作，或回收站中没有该对象。',
  ],
  KitUnexpected: [
    'argument',
    'An exception that is not a COS error: a value has an unexpected type, or there is no `wx`.',
    '并非 COS 错误的异常：传入的值类型不符，或环境中没有 `wx`。',
  ],
  KitUnsupported: [
    'argument',
    'This platform (PC, Mac, WeCom, HarmonyOS) or version of WeChat has no such function; the message names it.',
    '当前平台（PC、Mac、企业微信、鸿蒙）或微信版本没有该接口，错误信息写明了接口名。',
  ],
  KitUploadRefused: [
    'credentials',
    "The rule's beforeUpload refused the upload, with this message.",
    '规则中的 beforeUpload 拒绝了上传，消息由它给出。',
  ],
}
