import type { KEYS } from '../catalogue/keys'
import type { Measured, Values } from '../figure'
import { createProvider } from './scopedProvider'
import {
  type AnyCOS,
  AT,
  type ClientName,
  createSlowPhones,
  type SlowPhone,
  type SlowPhones,
} from './slowPhone'

const WIRE = { roundTrip: 50, up: 50e6 }
const MIB = 1024 * 1024
const MINUTES = 60_000

type Scenario = (cos: AnyCOS, phone: SlowPhone) => Promise<unknown>

const twentyHeads: Scenario = (cos) =>
  Promise.all(
    Array.from({ length: 20 }, (_, i) => cos.headObject({ ...AT, Key: `${i}` }).catch(() => {})),
  )

const twentyParts: Scenario = (cos, phone) =>
  cos.sliceUploadFile({ ...AT, Key: 'k', FilePath: phone.file('f', Buffer.alloc(20 * MIB)) })

const fiftyFiles: Scenario = async (cos, phone) => {
  const FilePath = phone.file('f', Buffer.alloc(200 * 1024))
  const files = Array.from({ length: 50 }, (_, i) => ({ ...AT, Key: `files/${i}`, FilePath }))
  const done = await cos.uploadFiles({ files })
  const failed = done.files.find(({ error }) => error)
  if (failed) throw new Error(`an upload failed: ${JSON.stringify(failed.error)}`)
}

/** How often each client asks for a key, where the function takes 50 ms. */
export async function benchKeyCalls(): Promise<Measured<typeof KEYS>> {
  const phones = await createSlowPhones()
  const count = async (scenario: Scenario, isScoped: boolean, clockOffset = 0): Promise<Values> => {
    const calls = (client: ClientName) => callsOf(phones, client, scenario, isScoped, clockOffset)
    return { ours: [await calls('ours')], peer: [await calls('theirs')] }
  }
  try {
    return {
      'keys.cold': await count(twentyHeads, false),
      'keys.parts': await count(twentyParts, true),
      'keys.files': await count(fiftyFiles, true),
      'keys.lateClock': await count(twentyParts, false, -5 * MINUTES),
    }
  } finally {
    await phones.end()
  }
}

async function callsOf(
  phones: SlowPhones,
  client: ClientName,
  scenario: Scenario,
  isScoped: boolean,
  clockOffset: number,
): Promise<number> {
  const phone = phones.start(client, WIRE, clockOffset)
  const options = { isScoped, milliseconds: 50 }
  const provider = createProvider(phones.cloud.sts, phone.clock, options)
  await scenario(new phone.COS({ getAuthorization: provider.getAuthorization }), phone)
  return provider.calls()
}
