export type {
  MediaCheckOptions,
  MediaCheckRequest,
  MediaSuggestion,
} from './cloudbase/mediaCheck'
export { onLauncherExit } from './command/launcher'
export { type Command, readCommand, USAGE } from './command/options'
export { explain, runCommand } from './command/run'
export type { FaultAction, FaultPlanOptions, FaultRule } from './cos/faults'
export type { LogEntry } from './cos/requestLog'
export { type DeployedFunction, FunctionError, type FunctionLogEntry } from './functions/host'
export type { Caller } from './functions/invocation'
export type { KeyPair } from './keys'
export {
  LOCAL_ROOT_KEY,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from './start'
export type { StsLogEntry } from './sts/server'
