import type { ChosenFile } from '../client'
import { formatSize, UNITS } from '../file'
import { fill } from '../locale'
import type { UploaderTexts } from '../uploads/texts'

/** As TDesign's: a number of KB, or with a unit. */
export type SizeLimit = number | { size: number; unit: 'B' | 'KB' | 'MB' | 'GB'; message?: string }

/** `bytes` is 0 for no limit. */
function readLimit(limit: SizeLimit | null): { bytes: number; message?: string | undefined } {
  if (!limit) return { bytes: 0 }
  if (typeof limit === 'number') return { bytes: limit * 1024 }
  const { size, unit, message } = limit
  return { bytes: size * 1024 ** UNITS.indexOf(unit), message }
}

/** `Up to 9 files, 20 MB each`; empty without limits. */
export function limitHint(max: number, limit: SizeLimit | null, texts: UploaderTexts): string {
  const { bytes } = readLimit(limit)
  return [
    max > 0 && fill(texts.maxHint, { n: max }),
    bytes > 0 && fill(texts.sizeHint, { limit: formatSize(bytes) }),
  ]
    .filter(Boolean)
    .join(' · ')
}

interface Rejected {
  file: ChosenFile
  reason: 'count' | 'size'
  message: string
}

/** Splits chosen files into those within the limits and the others, each with its reason. */
export function applyLimits(
  files: ChosenFile[],
  { room, max, sizeLimit }: { room: number; max: number; sizeLimit: SizeLimit | null },
  texts: UploaderTexts,
): { accepted: ChosenFile[]; rejected: Rejected[] } {
  const { bytes, message } = readLimit(sizeLimit)
  const accepted: ChosenFile[] = []
  const rejected: Rejected[] = []
  for (const file of files) {
    if (bytes > 0 && file.size > bytes) {
      const values = { name: file.name, limit: formatSize(bytes) }
      rejected.push({ file, reason: 'size', message: message || fill(texts.tooLarge, values) })
    } else if (accepted.length >= room) {
      rejected.push({ file, reason: 'count', message: fill(texts.tooMany, { n: max }) })
    } else accepted.push(file)
  }
  return { accepted, rejected }
}
