export { onLauncherExit } from './command/launcher'
export { type Command, readCommand, USAGE } from './command/options'
export { explain, runCommand } from './command/run'
export type { FaultAction, FaultPlanOptions, FaultRule } from './cos/faults/faultPlan'
export type { LogEntry } from './cos/serve'
export type { Caller } from './functions/caller'
export {
  type DeployedFunction,
  FunctionError,
  type FunctionLogEntry,
} from './functions/functionHost'
export type { KeyPair } from './keys/keyRing'
export { LOCAL_ROOT_KEY, type LocalCloud, type LocalCloudOptions } from './localCloud'
export { startLocalCloud } from './startLocalCloud'
export type { StsLogEntry } from './sts/stsServer'
