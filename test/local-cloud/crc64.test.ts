import { randomBytes } from 'node:crypto'
import { Crc64, combineCrc64 } from '../../packages/local-cloud/src/cos/store/crc64'

const crc = (bytes: Uint8Array) => new Crc64().update(bytes).decimal()

test.each([
  ['123456789', '11051210869376104954'],
  ['[Object Content]', '16749565679157681890'],
  ['', '0'],
])('gives the published value of %j', (text, value) => {
  expect(crc(Buffer.from(text))).toBe(value)
})

test('does not depend on chunk sizes', () => {
  const bytes = randomBytes(1000)
  const cut = new Crc64()
    .update(bytes.subarray(0, 3))
    .update(bytes.subarray(3, 500))
    .update(bytes.subarray(500))
  expect(cut.decimal()).toBe(crc(bytes))
})

test.each([0, 1, 7, 8, 1000, 100_003])('combines two pieces, the second of %d bytes', (length) => {
  const [a, b] = [randomBytes(1234), randomBytes(length)]
  expect(combineCrc64(crc(a), crc(b), length)).toBe(crc(Buffer.concat([a, b])))
})
