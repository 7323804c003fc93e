import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Defects of cos-wx-sdk-v5 1.8.0 that do not apply to this client, with the reason. */
const NOT_APPLICABLE: Record<number, string> = {
  34: 'one reporter for all instances: there is no reporter. The resume table it also shares is what 10 and 41 test; here it is read from the storage for each upload',
  47: 'wrong codes in telemetry: there is no telemetry',
}

test('each of the 51 defects is tested, or listed as not applicable with the reason', () => {
  const sources = readdirSync(__dirname).map((name) => readFileSync(join(__dirname, name), 'utf8'))
  const tested = sources.flatMap((source) =>
    [...source.matchAll(/^(?:defect\(\s*|test\(')(\d+)[,:]/gm)].map(([, number]) => Number(number)),
  )
  const all = [...tested, ...Object.keys(NOT_APPLICABLE).map(Number)].sort((a, b) => a - b)
  expect(all).toEqual(Array.from({ length: 51 }, (_, i) => i + 1))
})
