import type { Rounds, Suite } from './figure'
import { type AnyCOS, AT, type ClientName, createSlowPhones, type SlowPhone } from './slowPhones'

const COMPARED = { unit: 'calls', better: 'less', peer: 'cos-wx-sdk-v5' } as const
const WIRE = { roundTrip: 50, up: 50e6 }
const MIB = 1024 * 1024
const FIVE_MINUTES = 300_000

/** How often a client asks for a key. */
export const keyRequests: Suite = {
  title: { en: 'Key requests', zh: '密钥请求' },
  how: {
    en: `Both clients with the same \`getAuthorization\`, which takes 50 ms and gives keys of the local STS, on a simulated
phone. With \`ScopeLimit\` a key permits exactly what was asked for and the local COS refuses the rest: an upload that
succeeds has asked for what it needs.`,
    zh: `两个客户端在模拟手机上使用同一个 \`getAuthorization\`，每次耗时 50 ms，密钥来自本地 STS。使用 \`ScopeLimit\` 时，密钥只允许请求的
操作，其余由本地 COS 拒绝：上传成功说明请求了所需的全部权限。`,
  },
  figures: {
    'keys.cold': {
      what: { en: '20 requests at once, no key yet', zh: '没有密钥时同时发出 20 个请求' },
      ...COMPARED,
    },
    'keys.parts': {
      what: { en: '20 parts, ScopeLimit', zh: '20 个分块，ScopeLimit' },
      ...COMPARED,
    },
    'keys.files': {
      what: { en: '50 files, ScopeLimit', zh: '50 个文件，ScopeLimit' },
      ...COMPARED,
      goal: 0.04,
    },
    'keys.lateClock': {
      what: { en: '20 parts, a phone 5 minutes behind', zh: '20 个分块，手机时间慢 5 分钟' },
      ...COMPARED,
    },
  },
  async run() {
    const phones = await createSlowPhones()
    const callsOf = async (
      client: ClientName,
      scenario: Scenario,
      isScoped: boolean,
      clockOffset: number,
    ) => {
      const phone = phones.start(client, WIRE, clockOffset)
      const keys = phone.createKeys({ isScoped, milliseconds: 50 })
      await scenario(new phone.COS({ getAuthorization: keys.getAuthorization }), phone)
      return keys.calls()
    }
    const count = async (
      scenario: Scenario,
      isScoped: boolean,
      clockOffset = 0,
    ): Promise<Rounds> => ({
      ours: [await callsOf('ours', scenario, isScoped, clockOffset)],
      peer: [await callsOf('peer', scenario, isScoped, clockOffset)],
    })
    try {
      return {
        'keys.cold': await count(twentyHeads, false),
        'keys.parts': await count(twentyParts, true),
        'keys.files': await count(fiftyFiles, true),
        'keys.lateClock': await count(twentyParts, false, -FIVE_MINUTES),
      }
    } finally {
      await phones.close()
    }
  },
}

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
