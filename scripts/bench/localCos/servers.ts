import { join } from 'node:path'
import { at } from '../../build/root'
import { type Child, startChild } from './child'

export const KEY = { SecretId: 'AKIDbench', SecretKey: 'benchsecret' }

/** The local COS as it is built, with its data in a folder. */
export function startCos(folder: string, name: string): Promise<Child> {
  const program = at('test/support/bareCloud.js')
  return startChild([program, join(folder, name), KEY.SecretId, KEY.SecretKey])
}

/** The bare server that it is compared with. */
export function startFloor(folder: string): Promise<Child> {
  return startChild(['--import', 'tsx', at('scripts/bench/localCos/floorServer.ts'), folder])
}
