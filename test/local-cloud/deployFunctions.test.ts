import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { useTestCloud } from '../support/useTestCloud'

const cloud = useTestCloud()

/** Writes a function that answers as given, after so many milliseconds. */
function write(name: string, answer: string, ms = 0) {
  const file = join(cloud.folder, `${name}.js`)
  const code = `new Promise((resolve) => setTimeout(() => resolve(${JSON.stringify(answer)}), ${ms}))`
  writeFileSync(file, `exports.main = () => ${code}`)
  return { name, file }
}

test('a deployment replaces code, adds and removes functions, and lets running calls finish', async () => {
  cloud.deployFunctions([write('first', 'old', 300)])
  const running = cloud.host.call('first', {}, {})
  await new Promise((resolve) => setTimeout(resolve, 150))
  cloud.deployFunctions([write('first', 'new'), write('second', 'added')])
  await expect(running).resolves.toBe('old')
  await expect(cloud.host.call('first', {}, {})).resolves.toBe('new')
  await expect(cloud.host.call('second', {}, {})).resolves.toBe('added')
  cloud.deployFunctions([write('second', 'left')])
  await expect(cloud.host.call('first', {}, {})).rejects.toMatchObject({ errCode: -501000 })
})

test('deployed functions have the key of this cloud in their environment', async () => {
  const file = join(cloud.folder, 'environment.js')
  writeFileSync(file, 'exports.main = () => process.env.COS_STS_SECRET_ID')
  cloud.deployFunctions([{ name: 'environment', file }])
  await expect(cloud.host.call('environment', {}, {})).resolves.toBe(cloud.root.SecretId)
})
