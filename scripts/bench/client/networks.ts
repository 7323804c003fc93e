import { randomBytes } from 'node:crypto'
import type { WireOptions } from '@miniprogram-cos/simulator'
import { ROOT_KEY } from '../../../test/support/testCloud'
import { median } from '../median'
import type { Row } from '../table'
import { createProvider } from './scopedProvider'
import { AT, type ClientName, createSlowPhones, type SlowPhone, type SlowPhones } from './slowPhone'

const MOBILE: WireOptions = { roundTrip: 50, up: 10e6, failRate: 0.01 }
const FAR: WireOptions = { roundTrip: 200, up: 50e6, perConnection: 6e6 }
const SEEDS = [1, 2, 3, 4, 5]

/** Seconds of one run in the phone's time, once everything is on COS byte for byte. */
type Run = (client: ClientName, wire: WireOptions) => Promise<number>

interface Times {
  median: number
  text: string
}

async function timesOf(run: Run, client: ClientName, wire: WireOptions): Promise<Times> {
  const times: number[] = []
  for (const seed of SEEDS) times.push(await run(client, { ...wire, seed }))
  const [fastest, slowest] = [Math.min(...times), Math.max(...times)]
  return {
    median: median(times),
    text: `${median(times).toFixed(2)} s, ${fastest.toFixed(2)} to ${slowest.toFixed(2)}`,
  }
}

function besides(ours: Times, theirs: Times): string {
  return `${(ours.median / theirs.median).toFixed(2)} (${ours.text} : ${theirs.text})`
}

/** The same uploads by both clients over the same simulated networks, in virtual time. */
export async function benchNetworks(): Promise<Row[]> {
  const phones = await createSlowPhones()
  try {
    const large = randomBytes(20e6)
    const wireSeconds = (large.length * 8) / MOBILE.up
    const [ours, theirs] = await both(uploadOf(phones, large), MOBILE)
    const [oursAtTen, theirsAtTen] = await both(uploadOf(phones, large), {
      ...MOBILE,
      failRate: 0.1,
    })
    const [oursFar, theirsFar] = await both(uploadOf(phones, large), FAR)
    const auto = { ChunkParallelLimit: 'auto' }
    const autoFar = await timesOf(uploadOf(phones, large, auto), 'ours', FAR)
    const autoMobile = await timesOf(uploadOf(phones, large, auto), 'ours', MOBILE)
    const [oursSmall, theirsSmall] = await both(fiftyFiles(phones), MOBILE)
    return [
      [
        '(a) 20 MB, beside the time of its bytes',
        `${(ours.median / wireSeconds).toFixed(3)} (${ours.text} : ${wireSeconds.toFixed(2)} s)`,
        '<= 1.10',
      ],
      ['(a) 20 MB, beside cos-wx-sdk-v5', besides(ours, theirs), '<= 1.00'],
      ["(a) with ChunkParallelLimit 'auto'", besides(autoMobile, theirs), ''],
      ['(a) with 10 % failing', besides(oursAtTen, theirsAtTen), ''],
      ['(b) 20 MB, three parts at a time', besides(oursFar, theirsFar), '<= 1.00'],
      ["(b) 20 MB, ChunkParallelLimit 'auto'", besides(autoFar, theirsFar), '<= 0.50'],
      ['(c) 50 files of 100 KB, scoped keys', besides(oursSmall, theirsSmall), '<= 0.70'],
    ]
  } finally {
    await phones.end()
  }
}

async function both(run: Run, wire: WireOptions): Promise<[Times, Times]> {
  return [await timesOf(run, 'ours', wire), await timesOf(run, 'theirs', wire)]
}

function uploadOf(phones: SlowPhones, bytes: Buffer, options: object = {}): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    const FilePath = phone.file('large', bytes)
    const cos = new phone.COS({ ...ROOT_KEY, ...options })
    const seconds = await timed(phone, () => cos.uploadFile({ ...AT, Key: 'large', FilePath }))
    await phones.verify('large', bytes)
    return seconds
  }
}

function fiftyFiles(phones: SlowPhones): Run {
  const contents = Array.from({ length: 50 }, () => randomBytes(100 * 1024))
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    const files = contents.map((bytes, i) => ({
      ...AT,
      Key: `files/${i}.jpg`,
      FilePath: phone.file(`${i}.jpg`, bytes),
    }))
    const options = { isScoped: true, milliseconds: 150 }
    const { getAuthorization } = createProvider(phones.cloud.sts, phone.clock, options)
    const cos = new phone.COS({ getAuthorization })
    const seconds = await timed(phone, () => cos.uploadFiles({ files }))
    for (const [i, bytes] of contents.entries()) await phones.verify(`files/${i}.jpg`, bytes)
    return seconds
  }
}

async function timed({ clock }: SlowPhone, run: () => Promise<unknown>): Promise<number> {
  const started = clock.now()
  await run()
  return (clock.now() - started) / 1000
}
