import { join } from 'node:path'
import type { COS as Client } from 'miniprogram-cos'
import { ROOT } from './root'

/** The client as it ships, minified, its inner names shortened: what others judge is that. */
export type COS = Client
export const COS: typeof Client = require(
  join(ROOT, 'packages/client/miniprogram_dist/index.js'),
).COS
