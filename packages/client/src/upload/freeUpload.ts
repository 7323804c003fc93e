import { type ClientCore, perform } from '../request/perform'
import type { Params } from '../request/prepare'

/** How long an upload that is given up waits for the server to free its parts. */
const ABANDON_MS = 3000

/** Frees the parts on the server, as far as the network lets it; the first failure is the one to report. */
export async function freeUpload(core: ClientCore, upload: Params): Promise<void> {
  await new Promise<void>((resolve) => {
    const callOff = core.platform.schedule(ABANDON_MS, resolve)
    const done = () => {
      callOff()
      resolve()
    }
    perform(core, 'multipartAbort', upload, { tries: 1 }).then(done, done)
  })
}
