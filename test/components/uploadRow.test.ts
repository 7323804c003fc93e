import { Drag } from '../../packages/components/src/cos-uploader/drag'
import { becomePhone, loadComponent, type Rendered } from '../support/simulatedApp'

let render: (properties?: object) => Rendered
beforeAll(() => {
  becomePhone(undefined)
  render = loadComponent('miniprogram_npm/miniprogram-cos-components/upload-row/upload-row')
})

const upload = {
  id: '1',
  name: 'holiday.mp4',
  size: 12_582_912,
  type: 'video',
  thumb: '',
  state: 'uploading',
  percent: 40,
  speed: 2_097_152,
  problem: null,
}
const row = (changes: object, more: object = {}) =>
  render({ upload: { ...upload, ...changes }, ...more })
const text = (rendered: Rendered, selector: string) =>
  rendered.querySelector(selector)?.dom.textContent
/** The buttons that a row shows, by the event they trigger. */
const buttons = (rendered: Rendered) =>
  rendered
    .querySelectorAll('.button')
    .map(
      (button) =>
        (button as unknown as { instance: { dataset: { event: string } } }).instance.dataset.event,
    )

test('shows name, size, percentage, speed and progress', () => {
  const rendered = row({})
  expect(text(rendered, '.name')).toBe('holiday.mp4')
  expect(text(rendered, '.meta')).toBe('12.0 MB · 40% · 2.0 MB/s')
  expect(rendered.dom.innerHTML).toContain('width: 40%')
})

test.each([
  ['waiting', 'Waiting', ['pause', 'remove']],
  ['preparing', 'Preparing', ['remove']],
  ['checking', 'Preparing', ['pause', 'remove']],
  ['offline', 'No network · 40%', ['pause', 'remove']],
  ['paused', 'Paused · 40%', ['resume', 'remove']],
  ['interrupted', 'Interrupted · 40%', ['resume', 'remove']],
  ['success', 'Done', ['remove']],
  ['error', 'Failed', ['resume', 'remove']],
  ['lost', 'No longer on this phone: choose it again', ['remove']],
])('%s: shows "%s" and the buttons %j', (state, said, offered) => {
  const rendered = row({ state, speed: 0 })
  expect(text(rendered, '.meta')).toBe(`12.0 MB · ${said}`)
  expect(buttons(rendered)).toEqual(offered)
})

test('a read-only row has no buttons', () => {
  expect(buttons(row({}, { readonly: true }))).toEqual([])
})

test('keeps the end of a long name visible', () => {
  const rendered = row({ name: 'a very long name of a holiday film 0001.mp4' })
  expect(text(rendered, '.name-head')).toBe('a very long name of a holiday fil')
  expect(text(rendered, '.name-tail')).toBe('m 0001.mp4')
})

test('a failure shows its code and advice', () => {
  const problem = { code: 'AccessDenied', message: 'AccessDenied: no', advice: 'Ask for a key.' }
  const rendered = row({ state: 'error', problem })
  expect(text(rendered, '.meta')).toBe('Failed · AccessDenied')
  expect(text(rendered, '.advice')).toBe('Ask for a key.')
})

test('a tap on a button triggers its event with the id of the upload', async () => {
  const rendered = row({})
  const events: [string, unknown][] = []
  for (const name of ['pause', 'resume', 'remove', 'click']) {
    rendered.addEventListener(name, ({ detail }) => events.push([name, detail]))
  }
  for (const button of rendered.querySelectorAll('.button')) button.dispatchEvent('tap')
  rendered.querySelector('.picture')?.dispatchEvent('tap')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(events).toEqual([
    ['pause', { id: '1' }],
    ['remove', { id: '1' }],
    ['click', { id: '1' }],
  ])
})

describe('dragging', () => {
  test('moves a row past rows of other heights', () => {
    const drag = new Drag(0, 100, [60, 120, 60])
    expect(drag.move(150)).toBe(false)
    expect([drag.index, drag.offset]).toEqual([0, 50])
    expect(drag.move(161)).toBe(true)
    expect([drag.index, drag.offset]).toEqual([1, -59])
    expect(drag.move(255)).toBe(true)
    expect([drag.index, drag.offset]).toEqual([2, -25])
  })

  test('moves a row back, and not beyond the ends', () => {
    const drag = new Drag(1, 100, [60, 60])
    expect(drag.move(300)).toBe(false)
    expect(drag.move(65)).toBe(true)
    expect(drag.index).toBe(0)
    expect(drag.move(-200)).toBe(false)
  })
})
