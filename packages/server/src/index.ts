// The contract with the client: what the functions are asked, and what they return.
export type {
  CallerFolder,
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
} from '@miniprogram-cos/protocol'
export * from './access/accessRule'
export * from './access/accessTable'
export * from './access/grants'
export * from './access/keyGuard'
export * from './access/readRules'
export * from './calls/answerCall'
export * from './calls/callLine'
export * from './config/checkConfig'
export * from './config/config'
export * from './credentials/issueCredentials'
export * from './credentials/requestedPolicy'
export * from './functionFault'
export * from './identity/claimsOf'
export * from './identity/readCaller'
export * from './names/serverName'
export * from './policy/accountPolicy'
export * from './policy/compilePolicy'
export * from './policy/keyObstacle'
export * from './policy/narrowGrants'
export * from './policy/policyText'
export * from './policy/scopePolicy'
export * from './policy/strictSignature'
export * from './policy/verbOperations'
export * from './signature/authorizeRequest'
export * from './signature/readForm'
export * from './signature/readRequest'
export * from './signature/signatureFunction'
export * from './signature/signedOperations'
export * from './signature/signForm'
export * from './sts/auditName'
export * from './sts/callerLimiter'
export * from './sts/fetchTemporaryKey'
export * from './sts/keyCache'
export * from './sts/keySource'
export * from './sts/stsAccess'
export * from './sts/stsFault'
