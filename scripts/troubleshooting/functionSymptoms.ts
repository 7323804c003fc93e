import type { SymptomGroup } from './symptom'

/** What goes wrong on the way to a key. */
export const FUNCTION_SYMPTOMS: SymptomGroup = {
  title: { en: 'The cloud function', zh: '云函数' },
  symptoms: [
    {
      see: "Cloud API isn't enabled, please call wx.cloud.init first",
      code: 'KitFunctionFailed',
      cause: {
        en: 'The app has not said which environment it uses.',
        zh: '小程序尚未初始化云开发环境。',
      },
      fix: {
        en: '`wx.cloud.init({ env })` in app.js, before the first call.',
        zh: '在 app.js 中、首次调用之前执行 `wx.cloud.init({ env })`。',
      },
    },
    {
      see: 'errCode: -501000 | errMsg: FunctionName parameter could not be found',
      code: 'KitFunctionFailed',
      fault: 'FunctionNotDeployed',
    },
    { see: 'errCode: -504002', code: 'KitFunctionFailed', fault: 'FunctionFails' },
    {
      see: 'COS_STS_SECRET_ID is not set',
      code: 'KitMisconfigured',
      fault: 'VariableMissing',
    },
    { see: 'KitStsFailed', code: 'KitStsFailed', fault: 'StsRefused' },
    { see: 'KitNoIdentity', code: 'KitNoIdentity' },
    { see: 'KitRequestRefused', code: 'KitRequestRefused' },
    {
      see: 'KitPathRefused',
      code: 'KitPathRefused',
      fix: {
        en: 'Begin every Key with the prefix of `await cos.caller()`, or add a rule to cos.config.ts and deploy.',
        zh: '每个 Key 以 `await cos.caller()` 的 prefix 开头；或在 cos.config.ts 中增加规则并重新部署。',
      },
    },
  ],
}
