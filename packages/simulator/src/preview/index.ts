export type { Activity } from './activity'
export { type Preview, type PreviewOptions, type PreviewPhone, startPreview } from './startPreview'
