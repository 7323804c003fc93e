import { type CosError, multipartAbort } from '@miniprogram-cos/protocol'
import type { ClientCore } from '../core'
import { pause, within } from '../pause'
import { perform } from '../request/perform'
import type { Params } from '../request/prepare'

/** How long a caller waits for the server to free the parts. */
const WAIT_MS = 3000
/** After that it goes on by itself, for as long as the app lives, but not for ever. */
const ROUNDS = 10

/** Gives an upload up on the server, so that its parts cost nothing. Never fails: there is a failure to report. */
export async function freeUpload(core: ClientCore, upload: Params): Promise<void> {
  await within(WAIT_MS, untilFreed(core, upload), () => {})
}

async function untilFreed(core: ClientCore, upload: Params): Promise<void> {
  for (let round = 1; round <= ROUNDS; round++) {
    try {
      await perform(core, multipartAbort, upload)
      return
    } catch (error) {
      // Gone already, or not ours to free: trying again would change nothing.
      const { retryable, kind } = error as CosError
      if (!retryable && kind === 'service' && (error as CosError).code !== 'ExpiredToken') return
      await pause(WAIT_MS * round)
    }
  }
}
