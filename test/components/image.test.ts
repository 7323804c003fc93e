import { send } from '../support/cosRequests'
import { createTestPhone } from '../support/phones'
import { at } from '../support/root'
import { call, loadComponent, type Rendered, useAppPhone } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const PREFIX = `private/${ALICE}/`
const IMAGE = 'miniprogram_npm/miniprogram-cos-components/cos-image/cos-image'

const phone = useAppPhone()
let render: (properties?: object) => Rendered
beforeAll(async () => {
  const { cos } = createTestPhone(phone.cloud, ALICE)
  await cos.uploadFile({ Key: `${PREFIX}sea.png`, FilePath: at('packages/cli/samples/sea.png') })
  render = loadComponent(IMAGE)
})

const url = (image: Rendered) => image.instance.data.url as string
const signed = (image: Rendered) => until(() => url(image) !== '', 'the URL is signed')

test('signs the URL of a file in the user’s folder', async () => {
  const image = render({ objectKey: 'sea.png', width: 100, height: '50%', alt: 'The sea' })
  await signed(image)
  const { pathname, search } = new URL(url(image))
  expect(decodeURIComponent(pathname)).toBe(`/${PREFIX}sea.png`)
  expect((await send(phone.cloud.cos, { path: pathname + search })).status).toBe(200)
  expect(image.dom.innerHTML).toContain('width:100px;height:50%')
  call(image, 'onLoad', { detail: {} })
  expect(image.querySelector('.placeholder')).toBeUndefined()
})

test('a length without a unit is in pixels', () => {
  const image = render({ objectKey: 'sea.png', width: '72', height: '20vh' })
  expect(image.dom.innerHTML).toContain('width:72px;height:20vh')
})

test('signs processing parameters, and uses a URL again while it is valid', async () => {
  const properties = { objectKey: `/${PREFIX}sea.png`, process: 'imageMogr2/thumbnail/40x' }
  const [first, second] = [render(properties), render(properties)]
  await signed(first)
  await signed(second)
  expect(url(second)).toBe(url(first))
  expect(decodeURIComponent(url(first))).toContain('imageMogr2/thumbnail/40x')
  const list = new URL(url(first)).searchParams.get('q-url-param-list') ?? ''
  expect(decodeURIComponent(list)).toContain('imagemogr2/thumbnail/40x')
})

test('signs the address of a video’s cover', async () => {
  const image = render({ objectKey: 'film.mp4', videoCovers: true })
  await signed(image)
  const { searchParams } = new URL(url(image))
  const list = searchParams.get('q-url-param-list')
  expect(list).toContain('ci-process;format;time;width')
  expect(searchParams.get('ci-process')).toBe('snapshot')
})

test('of a video without a cover the icon is shown, and the video can be played', async () => {
  const image = render({ objectKey: 'film.mp4', videoCovers: true, preview: true })
  await signed(image)
  for (let i = 0; i < 2; i++) call(image, 'onError', { detail: { errMsg: 'GET 403' } })
  expect(image.instance.data).toMatchObject({ state: 'error', isVideo: true })
  await call(image, 'onTap')
  const sources = [{ url: expect.stringContaining('film.mp4'), type: 'video' }]
  expect(phone.asked.calls).toContainEqual(['previewMedia', { sources }])
})

test('shows a picture in full by a call that WeChat on computers has', async () => {
  const image = render({ objectKey: 'sea.png', preview: true })
  await signed(image)
  await call(image, 'onTap')
  const urls = [expect.stringContaining('sea.png')]
  expect(phone.asked.calls).toContainEqual(['previewImage', { urls }])
})

test('signs again once when the picture does not load, then shows an error', async () => {
  const image = render({ objectKey: 'missing.png' })
  const told: object[] = []
  image.addEventListener('error', ({ detail }) => told.push(detail))
  await signed(image)
  const failed = { detail: { errMsg: 'GET 404' } }
  call(image, 'onError', failed)
  expect(image.instance.data.state).toBe('loading')
  call(image, 'onError', failed)
  expect(image.instance.data.state).toBe('error')
  await until(() => told.length === 1, 'the event has arrived')
  expect(told[0]).toMatchObject({ message: 'GET 404' })
})
