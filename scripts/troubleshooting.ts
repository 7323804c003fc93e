import { adviceFor, FURTHER_ADVICE } from '@miniprogram-cos/protocol'
import { at } from './build/root'
import { FAULTS } from './cloud/faults'
import type { Language, Text } from './cloud/language'
import { OWN_CODES } from './errorTable/ownCodes'
import { table } from './markdown/table'
import { COS_SYMPTOMS } from './troubleshooting/cosSymptoms'
import { FUNCTION_SYMPTOMS } from './troubleshooting/functionSymptoms'
import { PHONE_SYMPTOMS } from './troubleshooting/phoneSymptoms'
import type { Symptom } from './troubleshooting/symptom'

/** The document that is made here. */
export const TROUBLESHOOTING = at('TROUBLESHOOTING.md')

export const SYMPTOM_GROUPS = [PHONE_SYMPTOMS, FUNCTION_SYMPTOMS, COS_SYMPTOMS]

const TEXT = {
  en: {
    title: '# Troubleshooting',
    intro: ['Find what you see. For any other text, and for a bare RequestId:'],
    doctor:
      'And `npm run doctor` goes from this computer to an object in the bucket, and stops at the first thing that is wrong.',
    commands: 'What setup, deploy and doctor find',
    columns: ['what you see', 'why', 'what to do', 'code'],
    faults: ['code', 'what it is', 'what to do'],
    own: 'codes-of-this-kit',
    service: 'codes-of-cos',
  },
  zh: {
    title: '## 故障排查',
    intro: ['按看到的现象查找。其他错误文本，或只有 RequestId 时：'],
    doctor: '`npm run doctor` 会从本机一直检查到存储桶中的对象，停在第一个出错的环节。',
    commands: 'setup、deploy、doctor 的检查结果',
    columns: ['现象', '原因', '处理', '错误码'],
    faults: ['代码', '含义', '处理'],
    own: '本工具包的错误码',
    service: 'cos-的错误码',
  },
} satisfies Record<Language, object>

/** Why, and what to do: what the symptom says itself, or else its fault, or else its code. */
export function explainSymptom({ code = '', fault, cause, fix }: Symptom): {
  cause: Text
  fix: Text
} {
  const [kind = 'service', en = '', zh = ''] = OWN_CODES[code] ?? []
  const known = fault && FAULTS[fault]
  return {
    cause: cause ?? known?.cause ?? { en, zh },
    fix: fix ?? known?.fix ?? adviceFor(code, kind, FURTHER_ADVICE),
  }
}

function row(symptom: Symptom, language: Language): string[] {
  const { see, code } = symptom
  const { cause, fix } = explainSymptom(symptom)
  const section = TEXT[language][code && code in OWN_CODES ? 'own' : 'service']
  return [
    typeof see === 'string' ? `\`${see}\`` : see[language],
    sentence(cause[language]),
    sentence(fix[language]),
    code ? `[\`${code}\`](docs/ERRORS.md#${section})` : '',
  ]
}

/** A text as a sentence, whose documents are links. */
function sentence(text: string): string {
  const end = /[.。]$/.test(text) ? '' : /[\u4e00-\u9fff]/.test(text) ? '。' : '.'
  // What begins with a name keeps it as it is written.
  const begin = /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text
  return (begin + end)
    .replace(/docs\/(?:guides\/)?([\w-]+\.md)/g, '[$1]($&)')
    .replace(/(?:document|文档) (\d+\/\d+)/g, '[$&](https://cloud.tencent.com/document/product/$1)')
}

function sections(language: Language): string[] {
  const { title, intro, doctor, commands, columns, faults } = TEXT[language]
  const level = language === 'en' ? '##' : '###'
  return [
    title,
    ...intro,
    '```bash\nnpm run doctor -- explain "uploadFile:fail url not in domain list"\n```',
    doctor,
    ...SYMPTOM_GROUPS.flatMap((group) => [
      `${level} ${group.title[language]}`,
      table(
        columns,
        group.symptoms.map((symptom) => row(symptom, language)),
      ),
    ]),
    `${level} ${commands}`,
    table(
      faults,
      Object.entries(FAULTS).map(([code, { cause, fix }]) => [
        `\`${code}\``,
        sentence(cause[language]),
        sentence(fix[language]),
      ]),
    ),
  ]
}

/** What people see, why, and what to do, in English and Chinese; from the data that errors and commands use. */
export function troubleshooting(): string {
  const [title = '', ...english] = sections('en')
  const note =
    '<!-- Made by `npm run errors`. Change scripts/troubleshooting, scripts/cloud/faults or advice.ts of packages/protocol. -->'
  return `${[title, note, '[中文](#故障排查)', ...english, ...sections('zh')].join('\n\n')}\n`
}
