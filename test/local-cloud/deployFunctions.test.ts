import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { useTestCloud } from '../support/testCloud'
import { until } from '../support/until'

const cloud = useTestCloud()

/** Writes a function that answers as given. */
function write(name: string, answer: string) {
  const file = join(cloud.folder, `${name}.js`)
  writeFileSync(file, `exports.main = () => ${JSON.stringify(answer)}`)
  return { name, file }
}

/** Writes a function that logs that it is called, and answers once a file exists. */
function writeWaiting(name: string, answer: string, signal: string) {
  const file = join(cloud.folder, `${name}.js`)
  writeFileSync(
    file,
    `const { existsSync } = require('node:fs')
    exports.main = async () => {
      console.log('called')
      while (!existsSync(${JSON.stringify(signal)})) await new Promise((resolve) => setTimeout(resolve, 10))
      return ${JSON.stringify(answer)}
    }`,
  )
  return { name, file }
}

test('a deployment replaces code, adds and removes functions, and lets running calls finish', async () => {
  const signal = join(cloud.folder, 'go')
  cloud.deployFunctions([writeWaiting('first', 'old', signal)])
  const running = cloud.host.call('first', {}, {})
  await until(() => cloud.functionOutput.join('').includes('called'), 'the function is called')
  cloud.deployFunctions([write('first', 'new'), write('second', 'added')])
  writeFileSync(signal, '')
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
