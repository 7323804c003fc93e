import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CosConfig, checkConfig } from '@miniprogram-cos/server'
import { codeBlocks } from '../support/documents'
import { callFunction, functionWithRules } from '../support/functionCalls'
import { ALICE, startTestCloud, type TestCloud } from '../support/testCloud'

const BLOCKS = codeBlocks('cloudfunctions/README.md')
const key = `private/${ALICE}/a.png`

/** Evaluates code of the README, which is plain data. */
const read = (code: string) => new Function('key', `return (${code})`)(key)

const config: CosConfig = read(
  BLOCKS.find(({ language }) => language === 'ts')?.code.replace(/^.*defineConfig\(|\)\s*$/g, '') ??
    '',
)
const [forKeys = [], forSignatures = []] = BLOCKS.filter(({ language }) => language === 'js').map(
  ({ code }) =>
    code
      .trim()
      .split('\n')
      .map((line) => line.replace(/ +\/\/ .*$/, '')),
)

let folder: string
let cloud: TestCloud
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'events-'))
  const names = ['cos-credentials', 'cos-signature']
  const functions = await Promise.all(
    names.map((name) => functionWithRules(name, config.access, folder, config.groups)),
  )
  cloud = await startTestCloud({ functions })
})
afterAll(async () => {
  await cloud.end()
  rmSync(folder, { recursive: true, force: true })
})

/** An event with the caller's OPENID in place of the README's placeholders. */
const eventOf = (line: string) => read(line.replace(/\{openid\}|…/g, ALICE))

test('the configuration of the README is valid', () => {
  expect(() => checkConfig(config)).not.toThrow()
  expect(forKeys.length).toBeGreaterThan(0)
  expect(forSignatures.length).toBeGreaterThan(0)
})

test.each(forKeys)('cos-credentials answers %s', async (line) => {
  const answer = await callFunction(cloud, 'cos-credentials', { openid: ALICE }, eventOf(line))
  expect(answer.error).toBeUndefined()
  expect(answer.credentials?.tmpSecretId).toBeTruthy()
  if (line.includes('create')) expect(answer.key).toMatch(/^inbox\/.*\.jpg$/)
})

test.each(forSignatures)('cos-signature answers %s', async (line) => {
  const answer = await callFunction(cloud, 'cos-signature', { openid: ALICE }, eventOf(line))
  expect(answer.error).toBeUndefined()
  const given = ['url', 'key', 'authorization', 'prefix'].filter((name) => name in answer)
  expect(given.length).toBeGreaterThan(0)
})
