export type { Activity } from './protocol'
export { type Preview, type PreviewOptions, type PreviewPhone, startPreview } from './startPreview'
