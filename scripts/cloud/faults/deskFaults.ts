import { faultText } from '../faultText'

/** What is wrong on this computer. */
export const DESK_FAULTS = {
  NodeTooOld: faultText(
    'this Node is too old',
    'Install Node 20 or newer (nodejs.org), then run npm ci.',
    'Node 版本过低',
    '请安装 Node 20 或更新版本（nodejs.org），再执行 npm ci。',
  ),
  ToolsDiffer: faultText(
    'an installed package is not the version that package.json wants',
    'Run npm ci.',
    '已安装的依赖与 package.json 不一致',
    '请执行 npm ci。',
  ),
  ConfigInvalid: faultText(
    'cos.config.ts is not valid',
    'Correct the field or the rule that is named.',
    'cos.config.ts 配置有误',
    '请按提示修改该字段或规则。',
  ),
  ConfigUnset: faultText(
    'cos.config.ts still has the value it came with',
    'Run npm run setup, or write your own value there.',
    'cos.config.ts 仍是示例值',
    '请执行 npm run setup，或填入自己的值。',
  ),
  PathStyle: faultText(
    'addresses has pathStyle, which COS refuses for buckets made since 2024-01-01',
    "Take 'pathStyle' out of cos.config.ts and ForcePathStyle out of the app.",
    'addresses 含 pathStyle，2024-01-01 起创建的存储桶不再支持',
    "请删去 cos.config.ts 中的 'pathStyle' 与应用中的 ForcePathStyle。",
  ),
  EnvFileExposed: faultText(
    'others on this computer can read .env',
    'Run chmod 600 .env.',
    '.env 可被本机其他用户读取',
    '请执行 chmod 600 .env。',
  ),
  EnvFileTracked: faultText(
    'git does not ignore .env, so its keys would be committed',
    'Put .env into .gitignore; if it was ever committed, disable its keys in the CAM console.',
    'git 没有忽略 .env，其中的密钥会被提交',
    '请把 .env 加入 .gitignore；若曾提交过，请在 CAM 控制台禁用其中的密钥。',
  ),
  ClockOff: faultText(
    'the clock of this computer is off',
    'Set the time automatically (NTP), and try again.',
    '本机时间不准',
    '请开启自动校时（NTP）后重试。',
  ),
  Unreachable: faultText(
    'Tencent Cloud cannot be reached',
    'Check the network; behind a proxy set http_proxy, with NODE_EXTRA_CA_CERTS if it has its own certificate.',
    '无法连接腾讯云',
    '请检查网络；若使用代理请设置 http_proxy，代理有自签证书时设置 NODE_EXTRA_CA_CERTS。',
  ),
  CloudRefused: faultText(
    'Tencent Cloud refused a call',
    'Look the code up at cloud.tencent.com/document/api; npm run doctor checks what comes before.',
    '腾讯云拒绝了一次调用',
    '错误码见 cloud.tencent.com/document/api；npm run doctor 可检查其前置条件。',
  ),
  DomainMissing: faultText(
    "WeChat's domain lists lack a host",
    'Paste the lists that npm run domains prints into the WeChat console.',
    '微信「服务器域名」缺少域名',
    '请把 npm run domains 打印的列表粘贴到微信公众平台。',
  ),
}
