import { Fault } from '../fault'
import type { Handlers } from './operation'

export const optionsObject: Handlers = {
  /** No bucket has CORS rules here yet, and without rules every preflight is refused. */
  async optionsObject() {
    throw new Fault('AccessForbidden')
  },
}
