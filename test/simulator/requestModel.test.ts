import {
  outcomeOf,
  RequestModel,
  recordSummary,
  summaryOf,
} from '../../packages/simulator/src/browser/shell/requestModel'
import type { RecordUpdate } from '../../packages/simulator/src/preview/protocol'

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
    expect(row && summaryOf(row)).toMatchObject({
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
    expect(row && summaryOf(row)).toMatchObject({
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
    expect(row && summaryOf(row).outcome).toBe('running')
    model.apply(part('2', 1))
    model.apply({ id: '2', status: 403, code: 'AccessDenied', decision: 'no statement allows it' })
    expect(row && summaryOf(row)).toMatchObject({
      outcome: 'refused',
      status: '403 AccessDenied',
      note: 'no statement allows it',
    })
  })

  test('tells refusals from failures, and both from what the app cancelled', () => {
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

  test('adds requests that never left the phone, and ignores changes of unknown ones', () => {
    const model = new RequestModel()
    expect(model.apply({ id: '1', failure: 'timeout' })).toBeUndefined()
    model.apply(
      { id: '2', who: 'Bob', failure: 'url not in domain list' },
      { operation: 'GET host' },
    )
    expect(rowsOf(model)).toHaveLength(1)
  })
})
