import { readFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { at } from '../build/root'
import type { BenchRecord } from './record'

const PEERS = ['cos-wx-sdk-v5', 'wx-server-sdk', 'tencentcloud-sdk-nodejs-sts', 'qcloud-cos-sts']
const TOOLS = 'tools/wechat/package.json'

const json = (path: string) => JSON.parse(readFileSync(at(path), 'utf8'))

/** What a reader needs to judge a run, without saying whose machine it was. */
export function describeEnvironment(): Omit<BenchRecord, 'figures' | 'minutes'> {
  const versions = PEERS.map((name) => [name, json(`node_modules/${name}/package.json`).version])
  return {
    date: new Date().toISOString().slice(0, 10),
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
    load: loadavg()[0] ?? 0,
    peers: {
      ...Object.fromEntries(versions),
      'miniprogram-ci': json(TOOLS).dependencies['miniprogram-ci'],
    },
  }
}
