export type {
  MediaCheckOptions,
  MediaCheckRequest,
  MediaSuggestion,
} from './cloudbase/openApi'
export {
  type Command,
  explain,
  listOptions,
  OPTIONS,
  readCommand,
  runCommand,
  USAGE,
} from './command/command'
export { onLauncherExit } from './command/launcher'
export type { FaultAction, FaultPlanOptions, FaultRule } from './cos/faults'
export type { LogEntry } from './cos/requestLog'
export type { Caller } from './functions/host'
export { type DeployedFunction, FunctionError, type FunctionLogEntry } from './functions/host'
export {
  LOCAL_ROOT_KEY,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from './start'
export type { KeyPair } from './sts/keys'
export type { StsLogEntry } from './sts/server'
