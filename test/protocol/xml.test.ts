import { readXml, writeXml } from '@miniprogram-cos/protocol'
import fc from 'fast-check'
import { XMLBuilder, XMLParser } from 'fast-xml-parser'

/** The independent reference for our reader and writer. */
const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: false,
})

const name = fc.stringMatching(/^[A-Z][A-Za-z0-9]{0,8}$/).filter((text) => text !== 'Constructor')
// XML 1.0 cannot carry control characters, and reads a bare carriage return as a line feed.
const text = fc
  .string({ unit: 'grapheme', maxLength: 12 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those XML cannot carry
  .filter((value) => !/[\x00-\x1f\ufffe\uffff]/.test(value) && value.trim() !== '')
const tree: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.dictionary(name, tie('list'), { minKeys: 1, maxKeys: 4 }),
  ),
  list: fc.oneof(tie('node'), fc.array(tie('node'), { minLength: 2, maxLength: 3 })),
})).node

test('reads XML exactly as fast-xml-parser does', () => {
  const builder = new XMLBuilder({ processEntities: true })
  fc.assert(
    fc.property(fc.dictionary(name, tree, { minKeys: 1, maxKeys: 1 }), (document) => {
      const xml = builder.build(document) as string
      expect(readXml(xml)).toEqual(parser.parse(xml))
    }),
    { numRuns: 500 },
  )
})

test('writes XML that fast-xml-parser reads back unchanged', () => {
  fc.assert(
    fc.property(fc.dictionary(name, tree, { minKeys: 1, maxKeys: 1 }), (document) => {
      expect(parser.parse(writeXml(document))).toEqual(document)
    }),
    { numRuns: 500 },
  )
})

test('decodes numeric entities, keeps white space in text and drops it between elements', () => {
  expect(readXml('<a>\n <b> x&#x4e2d;&#20013;&amp;&lt; </b>\n</a>')).toEqual({
    a: { b: ' x中中&< ' },
  })
})

test('treats an element named __proto__ as data', () => {
  const { a } = readXml('<a><__proto__><x>1</x></__proto__></a>') as { a: object }
  expect(Object.keys(a)).toEqual(['__proto__'])
  expect(({} as { x?: string }).x).toBeUndefined()
})

test.each(['<a>', '<a></b>', '</a>', 'a < b', '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', '<a'])(
  'refuses %j',
  (xml) => {
    expect(() => readXml(xml)).toThrow('not readable XML')
  },
)
