import type { ChosenFile } from '../client'
import { formatSize } from '../format'
import { fill } from '../locale'
import type { UploaderTexts } from '../uploads/texts'

/** As TDesign's: a number of KB, or with a unit. */
export type SizeLimit = number | { size: number; unit: 'B' | 'KB' | 'MB' | 'GB'; message?: string }

const UNITS = ['B', 'KB', 'MB', 'GB']

/** Bytes; 0 for no limit. */
function limitBytes(limit: SizeLimit | null): number {
  if (!limit) return 0
  const { size, unit } = typeof limit === 'number' ? { size: limit, unit: 'KB' } : limit
  return size * 1024 ** UNITS.indexOf(unit)
}

/** `Up to 9 files, 20 MB each`; empty without limits. */
export function limitHint(max: number, limit: SizeLimit | null, texts: UploaderTexts): string {
  const bytes = limitBytes(limit)
  const parts = [
    ...(max > 0 ? [fill(texts.maxHint, { n: max })] : []),
    ...(bytes > 0 ? [fill(texts.sizeHint, { limit: formatSize(bytes) })] : []),
  ]
  return parts.join(' · ')
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
  const bytes = limitBytes(sizeLimit)
  const accepted: ChosenFile[] = []
  const rejected: Rejected[] = []
  for (const file of files) {
    if (bytes > 0 && file.size > bytes) {
      const own = typeof sizeLimit === 'object' ? sizeLimit?.message : ''
      const values = { name: file.name, limit: formatSize(bytes) }
      rejected.push({ file, reason: 'size', message: own || fill(texts.tooLarge, values) })
    } else if (accepted.length >= room) {
      rejected.push({ file, reason: 'count', message: fill(texts.tooMany, { n: max }) })
    } else accepted.push(file)
  }
  return { accepted, rejected }
}
