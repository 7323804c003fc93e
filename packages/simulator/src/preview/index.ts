export {
  type CheckBrowser,
  type CheckOptions,
  checkPages,
  type PageResult,
} from './checkPages'
export type { CloudStorage } from './phoneServer'
export type {
  Activity,
  FaultChoice,
  PreviewLink,
  RequestDescription,
  RuleLocation,
  SentRequest,
} from './protocol'
export { type Preview, type PreviewOptions, type PreviewPhone, startPreview } from './startPreview'
