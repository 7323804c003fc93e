import { join } from 'node:path'
import type { COS as Client } from 'miniprogram-cos'
import { ROOT } from './root'

/** The client as published: minified, with mangled internal names. */
export type COS = Client
export const COS: typeof Client = require(
  join(ROOT, 'packages/client/miniprogram_dist/index.js'),
).COS
