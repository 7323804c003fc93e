import { isCosError } from 'miniprogram-cos'
import { cos } from './cos'
import { describeError, type Problem } from './describeError'

type Verb = 'write' | 'read' | 'list' | 'remove'

export interface Attempt {
  verb: Verb
  isAllowed: boolean
  /** The error of COS if it refused. */
  problem: Problem | null
}

export interface DomainCheck {
  list: 'request' | 'uploadFile' | 'downloadFile'
  /** Empty when the list suffices. */
  missingHost: string
  problem: Problem | null
}

const NAME = 'isolation-check.txt'

/** Tries four operations below any prefix. Nothing is checked in the app: COS refuses. */
export async function tryFolder(prefix: string): Promise<Attempt[]> {
  const Key = prefix + NAME
  const attempts: [Verb, () => Promise<unknown>][] = [
    ['write', () => cos.putObject({ Key, Body: 'isolation check' })],
    ['read', () => cos.getObject({ Key })],
    ['list', () => cos.getBucket({ Prefix: prefix, MaxKeys: 1 })],
    ['remove', () => cos.deleteObject({ Key })],
  ]
  const outcomes: Attempt[] = []
  for (const [verb, attempt] of attempts) {
    try {
      await attempt()
      outcomes.push({ verb, isAllowed: true, problem: null })
    } catch (error) {
      outcomes.push({ verb, isAllowed: false, problem: describeError(error) })
    }
  }
  return outcomes
}

/** Sends something of each kind to the bucket: WeChat has a list of domains for each. */
export async function checkDomains(): Promise<DomainCheck[]> {
  const { prefix } = await cos.caller()
  const Key = prefix + NAME
  const path = `${wx.env.USER_DATA_PATH}/${NAME}`
  await writeFile(path, 'domain check')
  const kinds: [DomainCheck['list'], () => Promise<unknown>][] = [
    ['uploadFile', () => cos.postObject({ Key, FilePath: path })],
    ['downloadFile', () => cos.downloadFile({ Key })],
    ['request', () => cos.deleteObject({ Key })],
  ]
  const checks: DomainCheck[] = []
  for (const [list, send] of kinds) checks.unshift(await checkDomain(list, send))
  return checks
}

async function checkDomain(
  list: DomainCheck['list'],
  send: () => Promise<unknown>,
): Promise<DomainCheck> {
  try {
    await send()
    return { list, missingHost: '', problem: null }
  } catch (error) {
    if (!isCosError(error) || error.code !== 'KitDomainNotAllowed') {
      // Any answer of COS shows that the list let the request through.
      const isAnswered = isCosError(error) && error.kind === 'service'
      return { list, missingHost: '', problem: isAnswered ? null : describeError(error) }
    }
    const host = /^https?:\/\/([^/]+)/.exec(error.url || '')
    return { list, missingHost: host ? (host[1] as string) : '', problem: describeError(error) }
  }
}

function writeFile(filePath: string, data: string): Promise<void> {
  return new Promise((resolve, reject) => {
    wx.getFileSystemManager().writeFile({
      filePath,
      data,
      encoding: 'utf8',
      success: () => resolve(),
      fail: reject,
    })
  })
}
