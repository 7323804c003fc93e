import type { Call, Params, Sent } from '../stage'
import { ADDRESSES } from './addresses'
import type { IntendedDifference } from './difference'
import { HEADERS } from './headers'
import { OTHER_INPUTS } from './inputs'
import { UPLOADS } from './uploads'

export { AT, FILES, KEY_PAIR } from './difference'
export { told } from './told'
export { OTHER_INPUTS }

/** All differences that are intended, in the order in which they are applied. */
export const INTENDED: IntendedDifference[] = [...ADDRESSES, ...UPLOADS, ...HEADERS]

/** What cos-wx-sdk-v5 is asked for a call. */
export const asked = (call: Call): Call =>
  OTHER_INPUTS.reduce((given, { concerns, ask }) => (concerns(given) ? ask(given) : given), call)

/** The file of uploadFiles that a request is for, as a call of its own. */
function ownCall({ url }: Sent, call: Call): Call {
  if (call.method !== 'uploadFiles') return call
  const path = decodeURIComponent(/\/\/[^/]+([^?]*)/.exec(url)?.[1] ?? '')
  const prefix = decodeURIComponent(/prefix=([^&]*)/.exec(url)?.[1] ?? '')
  const isFor = ({ Key }: Params) => [`/${Key}`, Key].includes(path) || Key === prefix
  return { ...call, params: call.params.files.find(isFor) ?? call.params }
}

/** What we have to send where cos-wx-sdk-v5 sends this, and which differences are in it. */
export function expected(theirs: Sent[], call: Call): { sent: Sent[]; differences: Set<string> } {
  const differences = new Set<string>()
  const sent = theirs.flatMap((request) => {
    const own = ownCall(request, call)
    let ours: Sent | undefined = request
    for (const { reason, concerns, instead } of INTENDED) {
      if (!ours || !concerns(ours, own)) continue
      differences.add(reason)
      ours = instead(ours, own)
    }
    return ours ? [ours] : []
  })
  return { sent, differences }
}
