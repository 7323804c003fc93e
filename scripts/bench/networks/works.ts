import { randomBytes } from 'node:crypto'
import type { WireOptions } from '@miniprogram-cos/simulator'
import { ROOT_KEY } from '../../../test/support/testCloud'
import type { Work } from '../catalogue/networks'
import { createProvider } from './scopedProvider'
import { type AnyCOS, AT, type ClientName, type SlowPhone, type SlowPhones } from './slowPhone'

/** Seconds of one run in the phone's time, with everything where it belongs, byte for byte. */
export type Run = (client: ClientName, wire: WireOptions) => Promise<number>

const FILES = 50
const FILE_BYTES = 100 * 1024
const LARGE_BYTES = 20e6
/** Milliseconds that the function takes which gives keys. */
const KEY_TIME = 150
const MOST_TRIES = 20

/** What is done on each network. */
export async function createWorks(
  phones: SlowPhones,
): Promise<Record<Work, (down: number) => Run>> {
  const large = randomBytes(LARGE_BYTES)
  const small = Array.from({ length: FILES }, () => randomBytes(FILE_BYTES))
  for (const [i, bytes] of small.entries()) await phones.put(`down/${i}.jpg`, bytes)
  return {
    up: () => upload(phones, large, {}),
    upAuto: () => upload(phones, large, { ChunkParallelLimit: 'auto' }),
    upMany: () => uploadMany(phones, small),
    down: (bytes) => download(phones, large.subarray(0, bytes)),
    downMany: () => downloadMany(phones, small),
  }
}

function upload(phones: SlowPhones, bytes: Buffer, options: object): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    const FilePath = phone.file('large', bytes)
    const cos = new phone.COS({ ...ROOT_KEY, ...(client === 'ours' ? options : {}) })
    const seconds = await timed(phone, () =>
      untilDone(() => cos.uploadFile({ ...AT, Key: 'large', FilePath })),
    )
    await phones.verify('large', bytes)
    return seconds
  }
}

function uploadMany(phones: SlowPhones, contents: Buffer[]): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    let left = contents.map((bytes, i) => ({
      ...AT,
      Key: `files/${i}.jpg`,
      FilePath: phone.file(`${i}.jpg`, bytes),
    }))
    const cos = withScopedKeys(phones, phone)
    const seconds = await timed(phone, () =>
      untilDone(async () => {
        const { files } = await cos.uploadFiles({ files: left })
        left = left.filter((_, i) => files[i]?.error)
        if (left.length > 0) throw files.find(({ error }) => error)?.error
      }),
    )
    for (const [i, bytes] of contents.entries()) await phones.verify(`files/${i}.jpg`, bytes)
    return seconds
  }
}

function download(phones: SlowPhones, bytes: Buffer): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    await phones.put('large-down', bytes)
    const cos = new phone.COS(ROOT_KEY)
    return timed(phone, () => untilDone(() => get(cos, 'large-down', bytes)))
  }
}

function downloadMany(phones: SlowPhones, contents: Buffer[]): Run {
  return async (client, wire) => {
    const phone = phones.start(client, wire)
    const cos = withScopedKeys(phones, phone)
    return timed(phone, () =>
      Promise.all(contents.map((bytes, i) => untilDone(() => get(cos, `down/${i}.jpg`, bytes)))),
    )
  }
}

async function get(cos: AnyCOS, Key: string, bytes: Buffer): Promise<void> {
  const { Body } = await cos.getObject({ ...AT, Key, DataType: 'arraybuffer' })
  if (!bytes.equals(new Uint8Array(Body))) throw new Error(`${Key} is not what was stored`)
}

function withScopedKeys(phones: SlowPhones, phone: SlowPhone): AnyCOS {
  const options = { isScoped: true, milliseconds: KEY_TIME }
  const { getAuthorization } = createProvider(phones.cloud.sts, phone.clock, options)
  return new phone.COS({ getAuthorization })
}

/** As a user would: what failed is begun again. */
async function untilDone(run: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await run()
      return
    } catch (error) {
      if (tries === MOST_TRIES) throw error
    }
  }
}

async function timed({ clock }: SlowPhone, run: () => Promise<unknown>): Promise<number> {
  const started = clock.now()
  await run()
  return (clock.now() - started) / 1000
}
