import {
  outcomeOf,
  RequestModel,
  recordSummary,
  summarize,
} from '../../packages/simulator/src/browser/shell/requestModel'
import { PhoneConnection } from '../../packages/simulator/src/preview/forward'
import type { RecordUpdate } from '../../packages/simulator/src/preview/protocol'
import {
  maskHeaders,
  maskSecrets,
  RequestLog,
} from '../../packages/simulator/src/preview/requestLog'
import { readRoutes } from '../../packages/simulator/src/preview/startPreview'

describe('the network of a previewed phone', () => {
  test('routes a path, a host or the beginning of a URL to another server', () => {
    const replace = readRoutes({
      '/sts': 'http://127.0.0.1:3000/keys?app=1',
      'api.example.com': 'http://127.0.0.1:4000',
      'https://a.example.com/v1/': 'http://127.0.0.1:5000/api/',
    })
    const to = (url: string) => replace(new URL(url))?.href
    expect(to('https://any.example.com/sts?x=2')).toBe('http://127.0.0.1:3000/keys?app=1&x=2')
    expect(to('https://any.example.com/sts/more')).toBeUndefined()
    expect(to('https://api.example.com/a/b?c=d')).toBe('http://127.0.0.1:4000/a/b?c=d')
    expect(to('https://a.example.com/v1/keys')).toBe('http://127.0.0.1:5000/api/keys')
    expect(to('https://a.example.com/v2/keys')).toBeUndefined()
    expect(() => readRoutes({ '/sts': 'localhost' })).toThrow(/route \/sts: "localhost"/)
  })

  test('forwards bytes at the speed of the chosen network', async () => {
    const connection = new PhoneConnection()
    const body = Buffer.alloc(20 * 1024, 1)
    const send = async () => {
      const started = performance.now()
      const pieces: Buffer[] = []
      let bytes = 0
      async function* source() {
        yield body
      }
      for await (const piece of connection.pace(source(), 'up', (count) => {
        bytes += count
      }))
        pieces.push(piece)
      expect(Buffer.concat(pieces)).toEqual(body)
      expect(bytes).toBe(body.length)
      return performance.now() - started
    }
    await send()
    connection.use('weak3g')
    // 20 KB at 400 kbit/s take 410 ms at least; on a busy machine longer.
    expect(await send()).toBeGreaterThan(390)
    connection.use('unknown')
    expect(await send()).toBeGreaterThan(390)
  })

  test('merges the report of the cloud into the request of the phone', () => {
    const log = new RequestLog()
    const seen: RecordUpdate[] = []
    log.listen((update) => void seen.push(update))
    log.update({ id: '1', who: 'Bob', time: '', operation: 'postObject', key: '' })
    log.report({
      time: '',
      who: 'Bob',
      operation: 'postObject',
      key: 'a/b.png',
      status: 204,
      decision: 'statement[0] allows it',
      milliseconds: 1,
      requestId: 'r1',
    })
    log.join('1', 'r1')
    log.close()
    expect(seen.at(-1)).toEqual({ id: '1', key: 'a/b.png', decision: 'statement[0] allows it' })
    const kept: RecordUpdate[] = []
    log.listen((update) => void kept.push(update))()
    expect(kept).toHaveLength(1)
  })

  test('keeps signatures, tokens and cookies out of the panel', () => {
    const url = 'https://b/k?q-ak=AK&q-signature=abc&x-cos-security-token=secret&sign=s&a=1'
    expect(maskSecrets(url)).toBe(
      'https://b/k?q-ak=AK&q-signature=…&x-cos-security-token=…&sign=…&a=1',
    )
    const headers = maskHeaders({
      Authorization: 'q-ak=AK&q-header-list=host&q-signature=abc',
      'x-cos-security-token': 'secret',
      Cookie: 'session',
      Host: 'b',
    })
    expect(JSON.stringify(headers)).not.toMatch(/abc|secret|session/)
    expect(headers.Host).toBe('b')
    expect(maskHeaders({ Authorization: 'Bearer secret' }).Authorization).not.toContain('secret')
  })
})

const MB = 1024 * 1024
const at = (seconds: number) => new Date(1_796_000_000_000 + seconds * 1000).toISOString()
const begin = (id: string): RecordUpdate => ({
  id,
  who: 'Alice',
  time: at(0),
  operation: 'multipartInit',
  key: 'a/film.mp4',
  upload: { step: 'begin' },
})
const part = (id: string, number: number, uploadId = 'u1'): RecordUpdate => ({
  id,
  who: 'Alice',
  time: at(number),
  operation: 'multipartUpload',
  key: 'a/film.mp4',
  total: MB,
  sent: 0,
  fileBytes: 4 * MB,
  upload: { id: uploadId, part: number },
})
const rowsOf = (model: RequestModel) => [...model.rows.values()]

describe('rows of the panel of requests', () => {
  test('keeps the requests of an upload in one row, with its parts and its progress', () => {
    const model = new RequestModel()
    model.apply(begin('1'))
    model.apply({ id: '1', status: 200 })
    model.apply(part('2', 1))
    model.apply({ id: '2', status: 200, sent: MB })
    model.apply(part('3', 2))
    model.apply({ id: '3', sent: MB / 2 })
    const [row, ...others] = rowsOf(model)
    expect(others).toEqual([])
    expect(row && summarize(row)).toMatchObject({
      outcome: 'running',
      operation: 'upload',
      parts: 1,
      bytes: 1.5 * MB,
      progress: 1.5 / 4,
    })
  })

  test('counts a part that was sent twice once, and ends with the completion', () => {
    const model = new RequestModel()
    model.apply(begin('1'))
    model.apply(part('2', 1))
    model.apply({ id: '2', status: 503, code: 'SlowDown' })
    model.apply(part('3', 1))
    model.apply({ id: '3', status: 200, sent: MB })
    model.apply({ ...part('4', 1), total: 0, upload: { id: 'u1', step: 'complete' } })
    model.apply({ id: '4', status: 200, milliseconds: 5 })
    const [row] = rowsOf(model)
    expect(row && summarize(row)).toMatchObject({
      outcome: 'ok',
      status: '200',
      parts: 1,
      bytes: MB,
      progress: undefined,
    })
  })

  test('begins a new row for the next upload of the same key', () => {
    const model = new RequestModel()
    model.apply(part('1', 1, 'u1'))
    model.apply(part('2', 1, 'u2'))
    model.apply(begin('3'))
    expect(rowsOf(model)).toHaveLength(3)
  })

  test('an upload stays open while paused, and shows why it was refused', () => {
    const model = new RequestModel()
    model.apply(part('1', 1))
    model.apply({ id: '1', failure: 'abort' })
    const [row] = rowsOf(model)
    expect(row && summarize(row).outcome).toBe('running')
    model.apply(part('2', 1))
    model.apply({ id: '2', status: 403, code: 'AccessDenied', decision: 'no statement allows it' })
    expect(row && summarize(row)).toMatchObject({
      outcome: 'refused',
      status: '403 AccessDenied',
      note: 'no statement allows it',
    })
  })

  test('distinguishes refused, failed and cancelled requests', () => {
    const record = { id: '1', who: 'Bob', time: at(0), operation: 'getObject', key: 'k' }
    expect(outcomeOf(record)).toBe('running')
    expect(outcomeOf({ ...record, status: 204 })).toBe('ok')
    expect(outcomeOf({ ...record, status: 403 })).toBe('refused')
    expect(outcomeOf({ ...record, status: 404 })).toBe('failed')
    expect(outcomeOf({ ...record, status: 501 })).toBe('failed')
    expect(outcomeOf({ ...record, failure: 'timeout' })).toBe('failed')
    expect(outcomeOf({ ...record, failure: 'abort' })).toBe('cancelled')
    expect(recordSummary({ ...record, failure: 'timeout' }).status).toBe('timeout')
  })

  test('adds requests that were never sent, and ignores updates of unknown ones', () => {
    const model = new RequestModel()
    expect(model.apply({ id: '1', failure: 'timeout' })).toBeUndefined()
    model.apply(
      { id: '2', who: 'Bob', failure: 'url not in domain list' },
      { operation: 'GET host' },
    )
    expect(rowsOf(model)).toHaveLength(1)
  })
})
