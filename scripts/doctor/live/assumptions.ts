import type { Assumption } from './assumption'
import { MULTIPART } from './rows/multipart'
import { OBJECTS } from './rows/objects'
import { PHONE } from './rows/phone'
import { PLATFORM } from './rows/platform'
import { POLICIES } from './rows/policies'
import { SIGNATURES } from './rows/signatures'

/** All that this kit takes for true without having seen it. CONTRIBUTING.md lists it, in this order. */
export const ASSUMPTIONS: Assumption[] = [
  ...SIGNATURES,
  ...POLICIES,
  ...OBJECTS,
  ...MULTIPART,
  ...PLATFORM,
  ...PHONE,
]
