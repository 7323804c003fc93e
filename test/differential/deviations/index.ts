import type { Call, Params, Sent } from '../harness'
import { ADDRESSES } from './addresses'
import type { Deviation } from './deviation'
import { HEADERS } from './headers'
import { INPUT_DEVIATIONS } from './inputs'
import { UPLOADS } from './uploads'

export { expectedAuthorizationInput } from './authorizationInput'
export { AT, FILES, KEY_PAIR } from './deviation'
export { INPUT_DEVIATIONS }

/** Every intended deviation, in the order in which they are applied. */
export const DEVIATIONS: Deviation[] = [...ADDRESSES, ...UPLOADS, ...HEADERS]

/** The call in the form that cos-wx-sdk-v5 accepts. */
export const officialInput = (call: Call): Call =>
  INPUT_DEVIATIONS.reduce(
    (given, { appliesTo, toOfficial }) => (appliesTo(given) ? toOfficial(given) : given),
    call,
  )

/** The call for the one file of uploadFiles that this request belongs to. */
function ownCall({ url }: Sent, call: Call): Call {
  if (call.method !== 'uploadFiles') return call
  const path = decodeURIComponent(/\/\/[^/]+([^?]*)/.exec(url)?.[1] ?? '')
  const prefix = decodeURIComponent(/prefix=([^&]*)/.exec(url)?.[1] ?? '')
  const isFor = ({ Key }: Params) => [`/${Key}`, Key].includes(path) || Key === prefix
  return { ...call, params: call.params.files.find(isFor) ?? call.params }
}

/** The requests we must send where cos-wx-sdk-v5 sends `theirs`, and the deviations that apply. */
export function expected(theirs: Sent[], call: Call): { sent: Sent[]; deviations: Set<string> } {
  const deviations = new Set<string>()
  const sent = theirs.flatMap((request) => {
    const own = ownCall(request, call)
    let ours: Sent | undefined = request
    for (const { reason, appliesTo, toOurs } of DEVIATIONS) {
      if (!ours || !appliesTo(ours, own)) continue
      deviations.add(reason)
      ours = toOurs(ours, own)
    }
    return ours ? [ours] : []
  })
  return { sent, deviations }
}
