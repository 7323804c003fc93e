import { readFileSync } from 'node:fs'
import { at } from '../../scripts/build/root'
import { createFakePhone, type Untyped } from '../support/bothClients'
import { loadOfficialClient } from '../support/phones'

type Client = new (options: object) => Untyped

test('every method of cos-wx-sdk-v5 is in the list of what differs', () => {
  const Official = loadOfficialClient<Client>(createFakePhone().wx)
  const own = Object.keys(new Official({})).filter((name) => name !== 'options')
  const methods = [...Object.keys(Official.prototype), ...own].filter(
    (name) => !name.startsWith('_') && typeof new Official({})[name] === 'function',
  )
  expect(methods.length).toBeGreaterThan(80)
  const [, list = ''] = readFileSync(at('MIGRATING.md'), 'utf8').split('## Method by method')
  const named = new Set([...list.matchAll(/`(\w+)`/g)].map(([, name]) => name))
  expect(methods.filter((name) => !named.has(name))).toEqual([])
})
