import { XMLValidator } from 'fast-xml-parser'
import { type Bar, ratioChart } from '../../../scripts/bench/report/ratioChart'

const bar = (cost: number, more: Partial<Bar> = {}): Bar => ({
  label: 'a call',
  cost,
  from: cost,
  to: cost,
  detail: '1 : 2 ms',
  ...more,
})
const draw = (...bars: Bar[]) => ratioChart({ title: 'less is better', peer: 'peer = 1', bars })
const widths = (svg: string) =>
  [...svg.matchAll(/<rect class="(better|equal|worse)"[^>]* width="([\d.]+)"/g)].map(
    ([, kind, width]) => [kind, Number(width)] as const,
  )

test('is XML, whatever its texts are', () => {
  const svg = draw(bar(0.5, { label: 'a < b & "c"', detail: '<1' }))
  expect(XMLValidator.validate(svg)).toBe(true)
  expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
})

test('a bar is as long as what it costs, and says which side is better', () => {
  const [half, equal, worse] = widths(draw(bar(0.5), bar(1.02), bar(1.5)))
  expect([half?.[0], equal?.[0], worse?.[0]]).toEqual(['better', 'equal', 'worse'])
  expect((worse?.[1] ?? 0) / (half?.[1] ?? 0)).toBeCloseTo(3, 1)
})

test('what is very little is still seen, and what is very much ends at the edge', () => {
  const [little, much, more] = widths(draw(bar(0.0001), bar(5), bar(50)))
  expect(little?.[1]).toBeGreaterThan(1)
  expect(much?.[1]).toBe(more?.[1])
})

test('reads in the dark, too', () => {
  expect(draw(bar(1))).toContain('@media (prefers-color-scheme: dark)')
})
