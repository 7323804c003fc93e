import type { Text } from '../text'

/** The cause of an error and its fix, in both languages. */
export interface ErrorText {
  cause: Text
  fix: Text
}

/** Cause and fix in English, then in Chinese. */
function errorText(cause: string, fix: string, causeZh: string, fixZh: string): ErrorText {
  return { cause: { en: cause, zh: causeZh }, fix: { en: fix, zh: fixZh } }
}

/** All errors of setup, deploy and doctor, by code. */
export const CLOUD_ERRORS = {
  // Errors on this computer.
  NodeTooOld: errorText(
    'this version of Node is too old',
    'Install Node 20 or newer (nodejs.org), then run npm ci.',
    'Node 版本过低',
    '请安装 Node 20 或更新版本（nodejs.org），再执行 npm ci。',
  ),
  ToolsDiffer: errorText(
    'an installed package does not have the version that package.json names',
    'Run npm ci.',
    '已安装的依赖与 package.json 不一致',
    '请执行 npm ci。',
  ),
  ConfigInvalid: errorText(
    'cos.config.ts is not valid',
    'Correct the field or the rule that is named.',
    'cos.config.ts 配置有误',
    '请按提示修改该字段或规则。',
  ),
  ConfigUnset: errorText(
    'cos.config.ts still has a sample value',
    'Run npm run setup, or enter your own value.',
    'cos.config.ts 仍是示例值',
    '请执行 npm run setup，或填入自己的值。',
  ),
  PathStyle: errorText(
    'addresses contains pathStyle, which COS refuses for buckets created since 2024-01-01',
    "Remove 'pathStyle' from cos.config.ts and ForcePathStyle from the app.",
    'addresses 含 pathStyle，2024-01-01 起创建的存储桶不再支持',
    "请删去 cos.config.ts 中的 'pathStyle' 与应用中的 ForcePathStyle。",
  ),
  EnvFileExposed: errorText(
    'other users of this computer can read .env',
    'Run chmod 600 .env.',
    '.env 可被本机其他用户读取',
    '请执行 chmod 600 .env。',
  ),
  EnvFileTracked: errorText(
    'git does not ignore .env, so its keys would be committed',
    'Add .env to .gitignore; if it was ever committed, disable its keys in the CAM console.',
    'git 没有忽略 .env，其中的密钥会被提交',
    '请把 .env 加入 .gitignore；若曾提交过，请在 CAM 控制台禁用其中的密钥。',
  ),
  ClockOff: errorText(
    'the clock of this computer is wrong',
    'Set the time automatically (NTP), and try again.',
    '本机时间不准',
    '请开启自动校时（NTP）后重试。',
  ),
  Unreachable: errorText(
    'Tencent Cloud cannot be reached',
    'Check the network; behind a proxy set http_proxy, with NODE_EXTRA_CA_CERTS if it has its own certificate.',
    '无法连接腾讯云',
    '请检查网络；若使用代理请设置 http_proxy，代理有自签证书时设置 NODE_EXTRA_CA_CERTS。',
  ),
  CloudRefused: errorText(
    'Tencent Cloud refused a call',
    'Look the code up at cloud.tencent.com/document/api; npm run doctor checks what comes before.',
    '腾讯云拒绝了一次调用',
    '错误码见 cloud.tencent.com/document/api；npm run doctor 可检查其前置条件。',
  ),
  DomainMissing: errorText(
    "WeChat's domain lists lack a host",
    'Paste the lists that npm run domains prints into the WeChat console.',
    '微信“服务器域名”缺少域名',
    '请把 npm run domains 打印的列表粘贴到微信公众平台。',
  ),

  // Errors of a key: that of the deployment, or that of the functions.
  DeployKeyMissing: errorText(
    'the key to deploy with is missing',
    'Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY in .env, or run npm run setup.',
    '缺少部署密钥',
    '请在 .env 中设置 TENCENTCLOUD_SECRET_ID 与 TENCENTCLOUD_SECRET_KEY，或执行 npm run setup。',
  ),
  FunctionKeyMissing: errorText(
    'the key for the functions is missing',
    'Set COS_STS_SECRET_ID and COS_STS_SECRET_KEY of a CAM sub-account in .env, or run npm run setup.',
    '缺少云函数使用的密钥',
    '请在 .env 中设置 CAM 子账号的 COS_STS_SECRET_ID 与 COS_STS_SECRET_KEY，或执行 npm run setup。',
  ),
  KeyMalformed: errorText(
    'a key does not look like one that Tencent Cloud issues',
    'Copy SecretId (AKID…) and SecretKey again from the CAM console, without quotes or spaces.',
    '密钥格式不正确',
    '请从 CAM 控制台重新复制 SecretId（AKID…）与 SecretKey，不要带引号或空格。',
  ),
  SecretIdUnknown: errorText(
    'the SecretId does not exist',
    'It was deleted, disabled or mistyped: create a new key in the CAM console.',
    'SecretId 不存在',
    '密钥已删除、被禁用或填写有误：请在 CAM 控制台新建。',
  ),
  SecretKeyWrong: errorText(
    'the SecretKey does not belong to the SecretId',
    'Copy both again, from the same line of the CAM console.',
    'SecretKey 与 SecretId 不匹配',
    '请从 CAM 控制台同一行重新复制二者。',
  ),
  TokenRejected: errorText(
    'the temporary key has expired, or its token is wrong',
    'Get a new one, or use a permanent key of a sub-account.',
    '临时密钥已过期或 token 有误',
    '请重新获取，或改用子账号的永久密钥。',
  ),
  RootKey: errorText(
    'this is a key of the root account, whose rights cannot be limited',
    'Create a CAM sub-account with programmatic access and use its key; then delete the root key.',
    '这是主账号密钥，权限不受限制',
    '请新建仅限编程访问的 CAM 子账号并使用其密钥，然后删除主账号密钥。',
  ),
  FunctionKeyTemporary: errorText(
    'the key for the functions is a temporary one, which GetFederationToken refuses',
    'Use the permanent key of a sub-account for COS_STS_SECRET_ID and COS_STS_SECRET_KEY.',
    '云函数使用的是临时密钥，GetFederationToken 不接受',
    'COS_STS_SECRET_ID 与 COS_STS_SECRET_KEY 请使用子账号的永久密钥。',
  ),
  SameKey: errorText(
    'the functions would hold the key that deploys them',
    'Create a second sub-account for the functions, with the policy that npm run policy prints and nothing else.',
    '云函数使用了部署密钥',
    '请为云函数另建子账号，仅授予 npm run policy 打印的策略。',
  ),
  OtherAccount: errorText(
    'the two keys belong to different accounts',
    'Use sub-accounts of the account that owns the bucket and the CloudBase environment.',
    '两个密钥属于不同的账号',
    '请使用存储桶与云开发环境所属账号的子账号。',
  ),
  NotAuthorized: errorText(
    'this key lacks the permission for it',
    'Grant the sub-account the action in the CAM console; docs/REAL_CLOUD.md lists what deploying needs.',
    '该密钥没有此操作的权限',
    '请在 CAM 控制台为子账号授权；部署所需权限见 docs/REAL_CLOUD.md。',
  ),
  FunctionKeyTooPowerful: errorText(
    'the key that the functions hold may do more than the access rules need',
    'Attach to its sub-account the policy that npm run policy prints, and remove every other one.',
    '云函数持有的密钥权限超出访问规则所需',
    '请仅为该子账号授予 npm run policy 打印的策略，并移除其他策略。',
  ),
  StsRefused: errorText(
    'STS gives the functions no temporary key',
    'Attach the policy that npm run policy prints to the sub-account of the functions.',
    'STS 未向云函数签发临时密钥',
    '请把 npm run policy 打印的策略授予云函数的子账号。',
  ),

  // Errors of the CloudBase environment or its functions.
  EnvironmentUnknown: errorText(
    'this account has no such CloudBase environment',
    'Compare env in cos.config.ts with the console (tcb.cloud.tencent.com), and the account of the key.',
    '该账号下没有此云开发环境',
    '请核对 cos.config.ts 的 env 与控制台（tcb.cloud.tencent.com），以及密钥所属账号。',
  ),
  EnvironmentNotReady: errorText(
    'the CloudBase environment is not available',
    'See its state in the console: it may be overdue, isolated or still being created.',
    '云开发环境状态异常',
    '请在控制台查看其状态：可能欠费、被隔离或仍在创建。',
  ),
  FunctionNotDeployed: errorText(
    'a function is not deployed',
    'Run npm run deploy.',
    '云函数尚未部署',
    '请执行 npm run deploy。',
  ),
  FunctionNotActive: errorText(
    'a function is not active',
    'Wait a minute; if that does not help, read its state in the console and deploy it again.',
    '云函数未处于可用状态',
    '请稍等片刻；若仍如此，请在控制台查看状态后重新部署。',
  ),
  RuntimeDiffers: errorText(
    'a function was created with another runtime, which cannot be changed afterwards',
    'Run npm run deploy -- --recreate: it deletes the function and creates it again, with its variables.',
    '云函数的运行环境不同，创建后无法修改',
    '请执行 npm run deploy -- --recreate：将删除并重建该函数，保留其环境变量。',
  ),
  FunctionDiffers: errorText(
    'a function is configured differently',
    'Run npm run deploy.',
    '云函数配置与预期不符',
    '请执行 npm run deploy。',
  ),
  CodeDiffers: errorText(
    'the code that the function runs is not the code that was built',
    'Run npm run deploy again.',
    '线上代码与本地构建不一致',
    '请再次执行 npm run deploy。',
  ),
  CodeTooLarge: errorText(
    'the built function is larger than a direct upload may be (1.5 MB as ZIP)',
    'Remove large dependencies from cloudfunctions/.',
    '云函数构建结果超过直接上传上限（ZIP 1.5 MB）',
    '请移除 cloudfunctions/ 中的大型依赖。',
  ),
  VariableMissing: errorText(
    'a function lacks an environment variable',
    'Run npm run deploy: it sets its own variables and keeps yours.',
    '云函数缺少环境变量',
    '请执行 npm run deploy：只设置所需变量，保留其他变量。',
  ),
  VariablesTooLong: errorText(
    'the environment variables of a function exceed 4 KB',
    'Remove some of your own in the CloudBase console.',
    '云函数环境变量超过 4 KB',
    '请在云开发控制台删除部分变量。',
  ),
  FunctionKeyDiffers: errorText(
    'a function holds another key than .env',
    'Run npm run deploy to set the new key.',
    '云函数中的密钥与 .env 不同',
    '请执行 npm run deploy 更新密钥。',
  ),
  FunctionFails: errorText(
    'a function fails when it is called',
    'Read its log in the CloudBase console by the RequestId.',
    '调用云函数失败',
    '请在云开发控制台按 RequestId 查看日志。',
  ),
  FunctionOpen: errorText(
    'a function answers a caller without identity',
    'Deploy it from this repository; do not expose it over HTTP, and do not read the identity from the event.',
    '云函数响应了没有身份的调用者',
    '请用本仓库重新部署；不要开放 HTTP 访问，也不要从 event 读取身份。',
  ),
  CollectionOpen: errorText(
    'a collection of the kit is missing, or phones may read or write it',
    'Run npm run deploy, which creates it and sets its permission to ADMINONLY.',
    '工具包所用的集合不存在，或手机端可以读写',
    '请执行 npm run deploy：会创建该集合并把权限设为 ADMINONLY。',
  ),
  NoPrevious: errorText(
    'this computer has no previous code of the function',
    'Check out the version you want and run npm run deploy.',
    '本机没有该函数的上一版代码',
    '请切换到所需版本后执行 npm run deploy。',
  ),

  // Errors of the bucket.
  BucketUnknown: errorText(
    'there is no such bucket in that region',
    'Compare bucket (with its -APPID) and region in cos.config.ts with the COS console.',
    '该地域没有此存储桶',
    '请核对 cos.config.ts 的 bucket（含 -APPID）、region 与 COS 控制台。',
  ),
  RegionWrong: errorText(
    'the bucket is in another region',
    'Set region in cos.config.ts to the one that is named, and deploy again.',
    '存储桶位于其他地域',
    '请把 cos.config.ts 的 region 改为所示地域并重新部署。',
  ),
  BucketForbidden: errorText(
    'the key that deploys may not read or change the configuration of the bucket',
    'Grant it what docs/REAL_CLOUD.md lists, or deploy with --no-bucket and configure the bucket by hand.',
    '部署密钥无权读取或修改存储桶配置',
    '请按 docs/REAL_CLOUD.md 授权，或用 --no-bucket 部署并手动配置。',
  ),
  BucketPublic: errorText(
    'anyone on the internet can read the bucket, whatever the access rules say',
    'Set it to private, and remove the statement of its policy that is named: COS console → bucket → permissions.',
    '存储桶对公网可读，访问规则形同虚设',
    '请在 COS 控制台将存储桶权限设为私有读写，并移除所示的存储桶策略语句。',
  ),
  StrictSignatureOff: errorText(
    'COS does not require headers and parameters to be signed',
    'Run npm run deploy without --no-bucket and --only, which switches strict signatures on before the functions go live; or set the rule that npm run policy prints. --allow-lax-signatures deploys all the same.',
    '未开启严格签名，未签名的头部与参数不被校验',
    '请执行 npm run deploy（不带 --no-bucket 与 --only），它会在云函数上线前开启严格签名；也可手动设置 npm run policy 打印的规则。确需跳过时使用 --allow-lax-signatures。',
  ),
  LifecycleMissing: errorText(
    'parts of unfinished uploads are never removed, and are charged',
    'Run npm run deploy, which adds the rule abort-stale-multipart.',
    '未完成的分块上传不会被清理，会持续计费',
    '请执行 npm run deploy 添加 abort-stale-multipart 规则。',
  ),
  TrashKept: errorText(
    'no lifecycle rule empties the trash after the days that cos.config.ts says: what users delete is charged',
    'Run npm run deploy, which adds the rule.',
    '没有生命周期规则按 cos.config.ts 中的天数清空回收站：用户删除的文件会持续计费',
    '请执行 npm run deploy 添加该规则。',
  ),
  RefererBlocks: errorText(
    'hotlink protection refuses requests from WeChat',
    'Allow servicewechat.com in the list (phones send it as the referer), or switch the protection off.',
    '防盗链会拒绝微信的请求',
    '请在白名单加入 servicewechat.com（手机以它为 referer），或关闭防盗链。',
  ),
  ProbeRefused: errorText(
    "COS refuses a user's key in that user's own folder",
    "The sub-account's rights are the upper bound: attach the policy that npm run policy prints to it.",
    'COS 拒绝用户在自己目录内的操作',
    '子账号权限是上限：请授予 npm run policy 打印的策略。',
  ),
  ProbeDiffers: errorText(
    'the content read back differs from what was written',
    'Something between here and COS changes content: try without the proxy.',
    '读回的内容与写入的不一致',
    '本机与 COS 之间有代理改动了内容：请绕开代理重试。',
  ),
  FolderOpen: errorText(
    "a user's key opens another user's folder",
    'Do not go live. A bucket policy or ACL grants too much: remove it in the COS console.',
    '用户密钥可以打开他人的目录',
    '请勿上线：存储桶策略或 ACL 授权过宽，请在 COS 控制台移除。',
  ),
}

export type CloudErrorCode = keyof typeof CLOUD_ERRORS
