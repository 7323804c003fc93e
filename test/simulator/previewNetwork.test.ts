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

  test('passes bytes on at the speed of the chosen network', async () => {
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

  test('joins the report of the cloud with the request of the phone', () => {
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
