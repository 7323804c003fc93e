import { readFileSync } from 'node:fs'
import {
  explain,
  explainRequestId,
  type RequestId,
  readRequestId,
  UNKNOWN,
} from '../../packages/cli/src/doctor/explain'
import { probes } from '../../packages/cli/src/doctor/probes/runProbes'
import { newRequestId } from '../../packages/local-cloud/src/cos/response'
import { runInProcess } from '../support/commandLine'
import { at } from '../support/root'

describe('explain: an error text', () => {
  test.each([
    ['uploadFile:fail url not in domain list:x', 'DomainMissing'],
    [
      'cloud.callFunction:fail Error: errCode: -501000 | errMsg: FunctionName parameter could not be found',
      'FunctionNotDeployed',
    ],
    [
      'AuthFailure.SignatureFailure: The provided credentials could not be validated',
      'SecretKeyWrong',
    ],
    ['<Error><Code>NoSuchBucket</Code></Error>', 'BucketUnknown'],
    ['CosError: AccessDenied: Access Denied.', 'cos.caller()'],
    ['CosError: RequestTimeTooSkewed', 'ClockOff'],
    ['403 AccessDenied: Request has expired', 'The signed URL has expired.'],
    ['KitHookFailed: onUpload failed: Error -502005', '--collection NAME'],
    [
      '{"fn":"cos-credentials","outcome":"KitNoIdentity","ms":2,"requestId":"1"}',
      'not called by a user',
    ],
  ])('%s', (text, expected) => {
    expect(explain(text, 'en')).toContain(expected)
  })

  test('ends with status 1 if it is unknown', async () => {
    const { stdout, status } = await runInProcess(['doctor', 'explain', 'something else'])
    expect([stdout.trim(), status]).toEqual([UNKNOWN.en, 1])
  })
})

describe('explain: a bare RequestId', () => {
  /** One that COS made, from its documents. */
  const OF_COS = 'NWUzMWNmMzBfYzhhNzU4NjRfOTdlXzFhNjc='
  const OF_CALL = '5b6a1b3e-0d0c-4a57-9d53-0123456789ab'

  test('of COS gives its time', () => {
    expect(readRequestId(OF_COS)).toEqual({
      kind: 'cos',
      time: new Date('2020-01-29T18:30:08.000Z'),
    })
  })

  test("of the local cloud has the format of COS's", () => {
    const now = Date.UTC(2026, 0, 2, 3, 4, 5)
    expect(readRequestId(newRequestId(now))).toEqual({ kind: 'cos', time: new Date(now) })
  })

  test.each(['NoSuchBucket', 'AccessDenied', 'N'.repeat(40), 'an error text', ''])(
    '%j is not recognized',
    (text) => expect(readRequestId(text)).toBeUndefined(),
  )

  test.each([
    [OF_COS, 'COS, 2020-01-29T18:30:08.000Z', 'console.cloud.tencent.com/cos/diagnose'],
    [OF_CALL, 'stsRequestId', 'console.cloud.tencent.com/api/diagnosis'],
  ])('%s is explained by where to look it up', async (text, ...said) => {
    const id = readRequestId(text) as RequestId
    for (const one of said) expect(await explainRequestId(text, id, 'en')).toContain(one)
    expect(await explainRequestId(text, id, 'zh')).toContain('控制台')
  })
})

describe('assumptions about the real services', () => {
  /** The items of the list under a heading, each in one line. */
  function listed(file: string, heading: string): string[] {
    const [, section = ''] = readFileSync(at(file), 'utf8').split(`## ${heading}\n`)
    const [text = ''] = section.split('\n## ')
    return [...text.matchAll(/^- ((?:.|\n {2})+)/gm)].map(([, item = '']) =>
      item.replace(/\n {2}/g, ' '),
    )
  }

  test('CONTRIBUTING lists every assumption', () => {
    expect(listed('CONTRIBUTING.md', 'What only a live account can confirm')).toEqual(
      probes.map(({ assumed }) => assumed.en),
    )
  })

  test('REAL_CLOUD lists the assumptions about deploying', () => {
    const texts = probes.map(({ assumed }) => assumed.en)
    const items = listed('docs/REAL_CLOUD.md', 'Not confirmed yet')
    expect(items.length).toBeGreaterThan(3)
    for (const item of items) expect(texts).toContain(item)
  })

  test('each has a Chinese text', () => {
    for (const { assumed, byHand = assumed } of probes) {
      for (const { zh } of [assumed, byHand]) expect(zh).toMatch(/[\u4e00-\u9fff]/)
    }
  })

  test('each has a unique id, and a probe or a manual check', () => {
    expect(new Set(probes.map(({ id }) => id)).size).toBe(probes.length)
    for (const { id, run, byHand } of probes) {
      expect([id, run !== undefined || (byHand?.en ?? '').length > 40]).toEqual([id, true])
      expect([id, run !== undefined && byHand !== undefined]).toEqual([id, false])
    }
  })
})
