import { faultText } from '../faultText'

/** What is wrong with the CloudBase environment or its functions. */
export const FUNCTION_FAULTS = {
  EnvironmentUnknown: faultText(
    'this account has no such CloudBase environment',
    'Compare env in cos.config.ts with the console (tcb.cloud.tencent.com), and the account of the key.',
    '该账号下没有此云开发环境',
    '请核对 cos.config.ts 的 env 与控制台（tcb.cloud.tencent.com），以及密钥所属账号。',
  ),
  EnvironmentNotReady: faultText(
    'the CloudBase environment is not in order',
    'See its state in the console: it may be overdue, isolated or still being made.',
    '云开发环境状态异常',
    '请在控制台查看其状态：可能欠费、被隔离或仍在创建。',
  ),
  FunctionNotDeployed: faultText(
    'a function is not deployed',
    'Run npm run deploy.',
    '云函数尚未部署',
    '请执行 npm run deploy。',
  ),
  FunctionNotActive: faultText(
    'a function is not active',
    'Wait a minute; if it stays so, read its state in the console and deploy it again.',
    '云函数未处于可用状态',
    '请稍等片刻；若仍如此，请在控制台查看状态后重新部署。',
  ),
  RuntimeDiffers: faultText(
    'a function was made with another runtime, which cannot be changed afterwards',
    'Run npm run deploy -- --recreate: it deletes the function and makes it anew, with its variables.',
    '云函数的运行环境不同，创建后无法修改',
    '请执行 npm run deploy -- --recreate：将删除并重建该函数，保留其环境变量。',
  ),
  FunctionDiffers: faultText(
    'a function is not as it should be',
    'Run npm run deploy.',
    '云函数配置与预期不符',
    '请执行 npm run deploy。',
  ),
  CodeDiffers: faultText(
    'the code that the function runs is not the code that was built',
    'Run npm run deploy once more.',
    '线上代码与本地构建不一致',
    '请再次执行 npm run deploy。',
  ),
  CodeTooLarge: faultText(
    'the built function is larger than what can be uploaded in one piece (1.5 MB as ZIP)',
    'Take large dependencies out of cloudfunctions/.',
    '云函数构建结果超过直接上传上限（ZIP 1.5 MB）',
    '请移除 cloudfunctions/ 中的大型依赖。',
  ),
  VariableMissing: faultText(
    'a function lacks an environment variable',
    'Run npm run deploy: it sets its own variables and keeps yours.',
    '云函数缺少环境变量',
    '请执行 npm run deploy：只设置所需变量，保留其他变量。',
  ),
  VariablesTooLong: faultText(
    'the environment variables of a function exceed 4 KB',
    'Remove some of your own in the CloudBase console.',
    '云函数环境变量超过 4 KB',
    '请在云开发控制台删除部分变量。',
  ),
  FunctionKeyDiffers: faultText(
    'a function holds another key than .env',
    'Run npm run deploy to bring the new key up.',
    '云函数中的密钥与 .env 不同',
    '请执行 npm run deploy 更新密钥。',
  ),
  FunctionFails: faultText(
    'a function fails when it is called',
    'Read its log in the CloudBase console by the RequestId.',
    '调用云函数失败',
    '请在云开发控制台按 RequestId 查看日志。',
  ),
  FunctionOpen: faultText(
    'a function answers a caller who has no identity',
    'Deploy it from this repository; do not offer it by HTTP, and do not take identity from the event.',
    '云函数响应了没有身份的调用者',
    '请用本仓库重新部署；不要开放 HTTP 访问，也不要从 event 读取身份。',
  ),
  NoPrevious: faultText(
    'there is no previous code of this function on this computer',
    'Check out the version you want and run npm run deploy.',
    '本机没有该函数的上一版代码',
    '请切换到所需版本后执行 npm run deploy。',
  ),
}
