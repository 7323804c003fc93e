export { CLOUD_ERRORS, type CloudErrorCode } from './cloud/errors'
export { OWN_CODES } from './doctor/ownCodes'
export { explainSymptom, SYMPTOM_GROUPS, type Symptom } from './doctor/symptoms'
export {
  buildFunctions,
  bundle,
  NODE_OPTIONS,
  SHARED_OPTIONS,
  writeWhole,
} from './functions/buildFunctions'
export { functionFile, functionNames } from './functions/functionFiles'
export { run } from './run'
export type { Language } from './text'
export { hasWechatTools } from './wechat/miniprogramCi'
export { sizeWithRequired } from './wechat/sizes'
