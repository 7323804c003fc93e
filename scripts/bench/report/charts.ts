import { CATALOGUE, type SectionName } from '../catalogue'
import { costOf, type Figure } from '../figure'
import { numberText } from '../numberText'
import { type BenchRecord, figuresById, sectionFigures } from '../record'
import type { Language } from './language'
import { type Bar, ratioChart } from './ratioChart'

/** What the READMEs show, of many figures. */
const OVERVIEW: Record<string, Record<Language, string>> = {
  'size.client': { en: 'package, as “Build npm” makes it', zh: '“构建 npm”后的体积' },
  'size.clientUploaded': { en: 'package, compiled for old phones', zh: '为旧手机编译后的体积' },
  'client.load': { en: 'time to load', zh: '加载时间' },
  'client.heap': { en: 'heap after loading', zh: '加载后的堆内存' },
  'client.sign': { en: 'signing', zh: '签名' },
  'client.listing': { en: 'reading a listing of 1,000 keys', zh: '读取 1,000 个键的列表' },
  'client.queueMemory': { en: 'memory of 20 queued uploads', zh: '20 个排队上传的内存' },
  'client.standstill': { en: 'longest standstill, 100 MiB upload', zh: '100 MiB 上传时的最长停顿' },
  'keys.files': { en: 'key requests of 50 files', zh: '50 个文件的密钥请求数' },
  'mobile.up': { en: '20 MB up, 4G', zh: '上传 20 MB，4G' },
  'mobile.upMany': { en: '50 small files up, 4G', zh: '上传 50 个小文件，4G' },
  'mobile.downMany': { en: '50 small files down, 4G', zh: '下载 50 个小文件，4G' },
  'weak.up': { en: '20 MB up, weak 3G', zh: '上传 20 MB，弱 3G' },
  'weak.upAuto': { en: '20 MB up, weak 3G, ‘auto’', zh: '上传 20 MB，弱 3G，‘auto’' },
  'far.upAuto': { en: '20 MB up, far bucket, ‘auto’', zh: '上传 20 MB，远处的存储桶，‘auto’' },
}

const TITLE: Record<Language, (record: BenchRecord) => string> = {
  en: ({ peers }) =>
    `miniprogram-cos beside cos-wx-sdk-v5 ${peers['cos-wx-sdk-v5']}: less is better`,
  zh: ({ peers }) => `miniprogram-cos 与 cos-wx-sdk-v5 ${peers['cos-wx-sdk-v5']} 并排：越小越好`,
}

/** The SVGs by their names, below `docs/bench`. */
export function charts(record: BenchRecord): Record<string, string> {
  const all: Record<string, string> = {
    'overview-en.svg': overview(record, 'en'),
    'overview-zh.svg': overview(record, 'zh'),
  }
  for (const name of Object.keys(CATALOGUE) as SectionName[]) {
    const figures = sectionFigures(name, record).filter(({ ratio }) => ratio)
    const title = `${CATALOGUE[name].title}: cost beside the peer, less is better`
    const bars = figures.map((figure) => barOf(figure, labelOf(figure, name)))
    all[`${name}.svg`] = ratioChart({ title, peer: 'the peer = 1', bars })
  }
  return all
}

function overview(record: BenchRecord, language: Language): string {
  const figures = figuresById(record)
  const bars = Object.entries(OVERVIEW).flatMap(([id, label]) => {
    const figure = figures.get(id)
    return figure ? [barOf(figure, label[language])] : []
  })
  return ratioChart({ title: TITLE[language](record), peer: 'cos-wx-sdk-v5 = 1', bars })
}

/** Where a section has several peers, the line says which. */
function labelOf({ what, peer }: Figure, name: SectionName): string {
  return name === 'cloud-functions' ? `${what} (${peer})` : what
}

function barOf(figure: Figure, label: string): Bar {
  const { ratio, ours, theirs, unit, better } = figure
  const cost = costOf(figure)
  if (!ratio || !theirs || cost === undefined) throw new Error(`${figure.id} has no peer`)
  const [from, to] = better === 'less' ? [ratio.min, ratio.max] : [1 / ratio.max, 1 / ratio.min]
  const sides = [ours, theirs].map(({ median }) => numberText(median, unit)).join(' : ')
  return { label, cost, from, to, detail: `${sides} ${unit}` }
}
