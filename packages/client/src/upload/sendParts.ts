import { multipartUpload, paramHeaders } from '@miniprogram-cos/protocol'
import { abortError } from '../abort/unlessAborted'
import { pick } from '../pick'
import { perform } from '../request/perform'
import { wxSlots } from '../wx/wxSlots'
import { AutoLimit } from './autoLimit'
import { integrityError } from './integrityError'
import { readLocalFile } from './localFile'
import type { Multipart, PartDone } from './multipart'
import type { Part } from './planParts'
import { runPool } from './pool'

/** Headers that COS wants with each part, however they are given. */
const PART_HEADERS = /^x-cos-(traffic-limit|mime-limit|server-side-encryption-customer-.*)$/i

/** Sends the parts that are missing, a few at a time; the first failure ends the others too. */
export async function sendParts(
  { core, params, target, parts, fileSize, signal, giveUp, onLoaded }: Multipart,
  UploadId: string,
  arrived: PartDone[],
): Promise<PartDone[]> {
  const { ChunkParallelLimit, ChunkRetryTimes } = core.options
  const done = [...arrived]
  const missing = parts.filter(
    (part) => !arrived.some(({ PartNumber }) => PartNumber === part.PartNumber),
  )
  let loaded = fileSize
  for (const { length } of missing) loaded -= length
  onLoaded(loaded)
  const limit = params.AsyncLimit ?? ChunkParallelLimit
  const auto = limit === 'auto' ? new AutoLimit() : undefined
  const fixed = Math.max(1, Number(limit) || 1)
  const Headers = pick(paramHeaders(params), PART_HEADERS)
  const send = async ({ PartNumber, position, length }: Part) => {
    // A part is read when it may go out, not before.
    const { ETag } = await wxSlots().uploads.run(async () => {
      if (signal.aborted) throw abortError()
      const end = auto?.begin(Date.now())
      const Body = await readLocalFile(params.FilePath, { position, length, fileSize })
      if (Body.byteLength !== length) {
        throw integrityError('KitFileChanged', `${params.FilePath} changed during the upload`)
      }
      const part = { ...target, UploadId, signal, Headers, PartNumber, Body }
      const sent = await perform(core, multipartUpload, part, { tries: ChunkRetryTimes + 1 })
      if (end) end(length, Date.now())
      return sent as { ETag: string }
    })
    if (!ETag) throw integrityError('KitNoETag', `part ${PartNumber} was answered without ETag`)
    done.push({ PartNumber, ETag })
    loaded += length
    onLoaded(loaded)
  }
  await runPool(missing, () => (auto ? auto.current : fixed), send, giveUp)
  return done.sort((a, b) => a.PartNumber - b.PartNumber)
}
