import { ADVICE, adviceFor, type CosErrorKind, FURTHER_ADVICE } from '@miniprogram-cos/protocol'
import { at } from './build/root'
import { OWN_CODES } from './errorTable/ownCodes'
import { table } from './markdown/table'

/** The document that is made here. */
export const ERRORS = at('docs/ERRORS.md')

const KINDS: CosErrorKind[] = [
  'service',
  'network',
  'credentials',
  'argument',
  'abort',
  'integrity',
]

/** Codes with advice of their own. */
export const ADVISED = Object.keys({ ...ADVICE, ...FURTHER_ADVICE }).filter(
  (name) => !(KINDS as string[]).includes(name),
)

type Language = 'en' | 'zh'

const TEXT = {
  en: {
    title: 'Errors',
    intro: [
      'Every failure of the client is a `CosError`: `code` says what, `kind` says where it came from, and',
      '`advice.en` and `advice.zh` what to do. The official fields (`error`, `statusCode`, `headers`, `RequestId`)',
      'are there too. `retryable` tells whether the same call can succeed later; the client has tried again',
      'where that is safe.',
    ],
    own: 'Codes of this kit',
    service: 'Codes of COS',
    kinds: 'All other codes, by kind',
    columns: { code: 'code', kind: 'kind', when: 'when', what: 'what to do' },
  },
  zh: {
    title: '错误码',
    intro: [
      '客户端的所有错误都是 `CosError`：`code` 为错误码，`kind` 为错误来源，`advice.zh` 与 `advice.en` 为处理建议；',
      '官方字段（`error`、`statusCode`、`headers`、`RequestId`）同样可用。`retryable` 表示稍后重试可能成功；在安全的情况下客户端已自动重试。',
    ],
    own: '本工具包的错误码',
    service: 'COS 的错误码',
    kinds: '其余错误码，按来源',
    columns: { code: '错误码', kind: '来源', when: '何时出现', what: '如何处理' },
  },
}

function sections(language: Language): string[] {
  const { title, intro, own, service, kinds, columns } = TEXT[language]
  const { code, kind, when, what } = columns
  const advised = ADVISED.filter((name) => !(name in OWN_CODES))
  return [
    `${language === 'en' ? '#' : '##'} ${title}`,
    intro.join('\n'),
    `### ${own}`,
    table(
      [code, kind, when, what],
      Object.entries(OWN_CODES)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, [from, en, zh]]) => [
          `\`${name}\``,
          from,
          { en, zh }[language],
          adviceFor(name, from, FURTHER_ADVICE)[language],
        ]),
    ),
    `### ${service}`,
    table(
      [code, what],
      advised
        .sort()
        .map((name) => [`\`${name}\``, adviceFor(name, 'service', FURTHER_ADVICE)[language]]),
    ),
    `### ${kinds}`,
    table(
      [kind, what],
      KINDS.map((name) => [name, adviceFor('', name, FURTHER_ADVICE)[language]]),
    ),
  ]
}

/** The table of error codes, in English and Chinese, from the advice that errors carry. */
export function errorTable(): string {
  const [head = '', ...english] = sections('en')
  const note =
    '<!-- Made by `npm run errors`. Change advice.ts of packages/protocol or scripts/errorTable/ownCodes.ts. -->'
  return `${[head, note, '[中文](#错误码)', ...english, ...sections('zh')].join('\n\n')}\n`
}
