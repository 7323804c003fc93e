import { faultText } from '../faultText'

/** What is wrong with a key: the one that deploys, or the one that the functions hold. */
export const KEY_FAULTS = {
  DeployKeyMissing: faultText(
    'there is no key to deploy with',
    'Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY in .env, or run npm run setup.',
    '缺少部署密钥',
    '请在 .env 中设置 TENCENTCLOUD_SECRET_ID 与 TENCENTCLOUD_SECRET_KEY，或执行 npm run setup。',
  ),
  FunctionKeyMissing: faultText(
    'there is no key for the functions',
    'Set COS_STS_SECRET_ID and COS_STS_SECRET_KEY of a CAM sub-account in .env, or run npm run setup.',
    '缺少云函数使用的密钥',
    '请在 .env 中设置 CAM 子账号的 COS_STS_SECRET_ID 与 COS_STS_SECRET_KEY，或执行 npm run setup。',
  ),
  KeyMalformed: faultText(
    'a key is not of the form that Tencent Cloud issues',
    'Copy SecretId (AKID…) and SecretKey once more from the CAM console, without quotes or spaces.',
    '密钥格式不正确',
    '请从 CAM 控制台重新复制 SecretId（AKID…）与 SecretKey，不要带引号或空格。',
  ),
  SecretIdUnknown: faultText(
    'the SecretId does not exist',
    'It was deleted, disabled or mistyped: make a new key in the CAM console.',
    'SecretId 不存在',
    '密钥已删除、被禁用或填写有误：请在 CAM 控制台新建。',
  ),
  SecretKeyWrong: faultText(
    'the SecretKey does not belong to the SecretId',
    'Copy both once more, from the same line of the CAM console.',
    'SecretKey 与 SecretId 不匹配',
    '请从 CAM 控制台同一行重新复制二者。',
  ),
  TokenRejected: faultText(
    'the temporary key has expired, or its token is wrong',
    'Get a new one, or use a permanent key of a sub-account.',
    '临时密钥已过期或 token 有误',
    '请重新获取，或改用子账号的永久密钥。',
  ),
  RootKey: faultText(
    'that is the key of the root account, which can do everything and cannot be limited',
    'Make a CAM sub-account with programmatic access and use its key; then delete the root key.',
    '这是主账号密钥，权限不受限制',
    '请新建仅限编程访问的 CAM 子账号并使用其密钥，然后删除主账号密钥。',
  ),
  FunctionKeyTemporary: faultText(
    'the key for the functions is a temporary one, which GetFederationToken refuses',
    'Use the permanent key of a sub-account for COS_STS_SECRET_ID and COS_STS_SECRET_KEY.',
    '云函数使用的是临时密钥，GetFederationToken 不接受',
    'COS_STS_SECRET_ID 与 COS_STS_SECRET_KEY 请使用子账号的永久密钥。',
  ),
  SameKey: faultText(
    'the functions would hold the key that deploys them',
    'Make a second sub-account for the functions, with the policy that npm run policy prints and nothing else.',
    '云函数使用了部署密钥',
    '请为云函数另建子账号，仅授予 npm run policy 打印的策略。',
  ),
  OtherAccount: faultText(
    'the two keys belong to different accounts',
    'Use sub-accounts of the account that owns the bucket and the CloudBase environment.',
    '两个密钥属于不同的账号',
    '请使用存储桶与云开发环境所属账号的子账号。',
  ),
  NotAuthorized: faultText(
    'this key may not do that',
    'Grant the sub-account the action in the CAM console; docs/REAL_CLOUD.md lists what deploying needs.',
    '该密钥没有此操作的权限',
    '请在 CAM 控制台为子账号授权；部署所需权限见 docs/REAL_CLOUD.md。',
  ),
  FunctionKeyTooPowerful: faultText(
    'the key that the functions hold may do more than the access rules need',
    'Attach to its sub-account the policy that npm run policy prints, and remove every other one.',
    '云函数持有的密钥权限超出访问规则所需',
    '请仅为该子账号授予 npm run policy 打印的策略，并移除其他策略。',
  ),
  StsRefused: faultText(
    'STS gives the functions no temporary key',
    'Attach the policy that npm run policy prints to the sub-account of the functions.',
    'STS 未向云函数签发临时密钥',
    '请把 npm run policy 打印的策略授予云函数的子账号。',
  ),
}
