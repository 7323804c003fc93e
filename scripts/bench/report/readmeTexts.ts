import { ratioText } from '../numberText'
import { type BenchRecord, figureNamed, figuresById } from '../record'
import type { Language } from './language'
import { readmeSummary } from './readmeSummary'

/** Bytes of WeChat's limit for the main package, in KB. */
const MAIN_PACKAGE = 2048

/** The texts that documents quote from a run, by the names in their markers. */
export function readmeTexts(record: BenchRecord, language: Language): Record<string, string> {
  const figures = figuresById(record)
  const of = figureNamed(figures)
  const kb = (value: number) => `${value.toFixed(0)} KB`
  const percent = (share: number) => `${(share * 100).toFixed(0)} %`
  const ratio = (id: string) => ratioText(of(id).ratio?.median ?? Number.NaN)
  const peer = (id: string) => of(id).theirs?.median ?? Number.NaN
  const ours = (id: string) => of(id).ours.median
  return {
    client: kb(ours('size.client')),
    upload: kb(ours('size.upload')),
    uploadShare: percent(ours('size.upload') / ours('size.client')),
    official: kb(peer('size.client')),
    officialShare: percent(peer('size.clientUploaded') / MAIN_PACKAGE),
    clientRatio: ratio('size.client'),
    compiled: kb(ours('size.clientUploaded')),
    compiledRatio: ratio('size.clientUploaded'),
    demo: kb(ours('size.demo')),
    summary: `\n${readmeSummary(record, figures, language)}\n`,
  }
}
