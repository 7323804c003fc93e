/**
 * Identity, access rules, CAM policies, STS and request signing: what runs in the cloud functions, and in a cloud
 * function or key server of your own.
 */

export type {
  CallerFolder,
  ConfirmRequest,
  ConfirmResponse,
  CreateRequest,
  FormRequest,
  IssuedForm,
  IssuedName,
  IssuedSignature,
  IssuedUrl,
  KeyFunctionRequest,
  KeyFunctionResponse,
  Refusal,
  RefusalCode,
  RequestedScope,
  ScopeEntry,
  SignatureFunctionResponse,
  SignatureRequest,
  TemporaryKey,
  TrashedObject,
  TrashRequest,
  TrashResponse,
  UsageRequest,
  UsageResponse,
  Verb,
} from '@miniprogram-cos/protocol'
export { accountPolicy, STRICT_SIGNATURE, trashLifecycle } from './accountPolicy'
export { CallerLimiter } from './callerLimiter'
export {
  type AddressStyle,
  type CheckedConfig,
  type CosConfig,
  checkConfig,
  defineConfig,
} from './config'
export type { CloudFunction, Invocation } from './createFunction'
export { credentialsFunction } from './credentialsFunction'
export { type Decision, decide, type ExplainedDecision, type TestedFile } from './decide'
export { FunctionError, REASONS, type Reason, type ReasonCode } from './errors'
export { covers, type Grant, grantsOf, ownPrefix, type Principal } from './grants'
export { type Caller, readCaller, type WXContext } from './identity'
export {
  createKeyServer,
  type KeyFunctionName,
  type KeyServerOptions,
  nodeListener,
  type VerifiedCaller,
} from './keyServer'
export { auditName, KeyCache } from './keySource'
export { requestedKeyProblem } from './objectKey'
export {
  type BucketLocation,
  compilePolicy,
  formPolicy,
  grantsForFolderKey,
  grantsForFolderKey as grantsForKeys,
  MAX_POLICY_CHARS,
  type PolicyDocument,
  resourceOf,
} from './policy'
export {
  type AccessRule,
  type AccessRules,
  granteesOf,
  type Rule,
  readRules,
  VERBS,
} from './rules'
export type { FunctionServices } from './services/bucketServices'
export type {
  BeforeUpload,
  DeletedFile,
  OnDelete,
  OnUpload,
  RequestedFile,
  UploadedFile,
} from './services/hooks'
export { type ReconcileOptions, type ReconcileResult, reconcile } from './services/reconcile'
export { type CloudDatabase, collectionsOf } from './services/records'
export { authorizeRequest } from './signature/authorize'
export { nodeHash, readRequest } from './signature/request'
export { signatureFunction } from './signatureFunction'
export { type Environment, fetchTemporaryKey, type StsAccess } from './sts'
export {
  type RuleFailure,
  type RuleRow,
  type RulesReport,
  RuleTestError,
  type RuleTests,
  testRules,
  type Who,
} from './testRules'
