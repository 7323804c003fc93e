import { faultText } from '../faultText'

/** What is wrong with the bucket. */
export const BUCKET_FAULTS = {
  BucketUnknown: faultText(
    'there is no such bucket in that region',
    'Compare bucket (with its -APPID) and region in cos.config.ts with the COS console.',
    '该地域没有此存储桶',
    '请核对 cos.config.ts 的 bucket（含 -APPID）、region 与 COS 控制台。',
  ),
  RegionWrong: faultText(
    'the bucket is in another region',
    'Set region in cos.config.ts to the one that is named, and deploy again.',
    '存储桶位于其他地域',
    '请把 cos.config.ts 的 region 改为所示地域并重新部署。',
  ),
  BucketForbidden: faultText(
    'the key that deploys may not read or change the configuration of the bucket',
    'Grant it what docs/REAL_CLOUD.md lists, or deploy with --no-bucket and configure the bucket by hand.',
    '部署密钥无权读取或修改存储桶配置',
    '请按 docs/REAL_CLOUD.md 授权，或用 --no-bucket 部署并手动配置。',
  ),
  BucketPublic: faultText(
    'everybody on the internet may read the bucket, whatever the access rules say',
    'Set it to private and remove the statement of its policy that is named: COS console → bucket → permissions.',
    '存储桶对公网可读，访问规则形同虚设',
    '请在 COS 控制台将存储桶权限设为私有读写，并移除所示的存储桶策略语句。',
  ),
  StrictSignatureOff: faultText(
    'COS does not demand that headers and parameters are signed',
    'Run npm run deploy without --no-bucket and --only, which switches strict signatures on before the functions go live; or set the rule that npm run policy prints. --allow-lax-signatures deploys all the same.',
    '未开启严格签名，未签名的头部与参数不被校验',
    '请执行 npm run deploy（不带 --no-bucket 与 --only），它会在云函数上线前开启严格签名；也可手动设置 npm run policy 打印的规则。确需跳过时使用 --allow-lax-signatures。',
  ),
  LifecycleMissing: faultText(
    'uploads that were given up are never cleaned away, and are charged',
    'Run npm run deploy, which adds the rule abort-stale-multipart.',
    '未完成的分块上传不会被清理，会持续计费',
    '请执行 npm run deploy 添加 abort-stale-multipart 规则。',
  ),
  RefererBlocks: faultText(
    'hotlink protection refuses what WeChat sends',
    'Allow servicewechat.com in the list (phones send it as the referer), or switch the protection off.',
    '防盗链会拒绝微信的请求',
    '请在白名单加入 servicewechat.com（手机以它为 referer），或关闭防盗链。',
  ),
  ProbeRefused: faultText(
    "COS refuses a user's own key in the user's own folder",
    "The sub-account's rights are the upper bound: attach the policy that npm run policy prints to it.",
    'COS 拒绝用户在自己目录内的操作',
    '子账号权限是上限：请授予 npm run policy 打印的策略。',
  ),
  ProbeDiffers: faultText(
    'what was read back is not what was written',
    'Something between here and COS changes content: try without the proxy.',
    '读回的内容与写入的不一致',
    '本机与 COS 之间有代理改动了内容：请绕开代理重试。',
  ),
  FolderOpen: faultText(
    "a user's key opens another user's folder",
    'Do not go live. A bucket policy or ACL grants too much: remove it in the COS console.',
    '用户密钥可以打开他人的目录',
    '请勿上线：存储桶策略或 ACL 授权过宽，请在 COS 控制台移除。',
  ),
}
