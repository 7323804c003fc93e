import { CosError } from 'miniprogram-cos'
import { send } from '../support/cosRequests'
import { createTestPhone, type TestPhone } from '../support/phones'
import { at } from '../support/root'
import { call, loadComponent, type Rendered, useAppPhone } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const PREFIX = `private/${ALICE}/`
const COMPONENTS = 'miniprogram_npm/miniprogram-cos-components'

const phone = useAppPhone()

describe('<cos-file-list>', () => {
  const REFUSED = new CosError({ kind: 'service', code: 'AccessDenied', message: '' })

  interface Row {
    key: string
    meta: string
  }

  let other: TestPhone
  let render: (properties?: object) => Rendered
  beforeAll(async () => {
    other = createTestPhone(phone.cloud, ALICE)
    render = loadComponent(`${COMPONENTS}/cos-file-list/cos-file-list`)
  })
  beforeEach(() => phone.cloud.faults.set({ rules: [] }))

  const rows = (list: Rendered) => list.instance.data.rows as Row[]
  const names = (list: Rendered) => rows(list).map(({ key }) => key.slice(PREFIX.length))
  const idle = (list: Rendered) => until(() => !list.instance.data.isLoading, 'the list is there')
  const tap = async (list: Rendered, name: string) => {
    const index = names(list).indexOf(name)
    call(list, 'onTap', { currentTarget: { dataset: { index } } })
    await idle(list)
  }

  async function opened(properties?: object): Promise<Rendered> {
    const list = render(properties)
    await idle(list)
    return list
  }

  test('shows that a folder is empty', async () => {
    const list = await opened({ locale: 'zh', texts: { emptyText: '请上传' } })
    expect(list.instance.data.isEmpty).toBe(true)
    expect(list.dom.textContent).toContain('这里还没有文件')
    expect(list.dom.textContent).toContain('请上传')
  })

  test('loads page after page, folders first, until the end', async () => {
    const files = Array.from({ length: 37 }, (_, i) => `file-${String(i).padStart(2, '0')}.txt`)
    await Promise.all(
      files.map((name) => other.cos.putObject({ Key: PREFIX + name, Body: 'text' })),
    )
    await other.cos.putObject({ Key: `${PREFIX}trips/2026/sea.txt`, Body: 'sea' })
    const list = await opened()
    expect(rows(list).length).toBe(30)
    await call(list, 'loadMore')
    expect(names(list)).toEqual(['trips/', ...files])
    expect(rows(list)[1]?.meta).toMatch(/^4 B · \d{4}-\d\d-\d\d \d\d:\d\d$/)
    await call(list, 'loadMore')
    expect(rows(list).length).toBe(38)
  })

  test('opens folders, goes back by the breadcrumbs, and reports the tapped file', async () => {
    const list = await opened({ pageSize: 100 })
    const events: object[] = []
    for (const name of ['open', 'click']) {
      list.addEventListener(name, ({ detail }) => events.push(detail))
    }
    await tap(list, 'trips/')
    await tap(list, 'trips/2026/')
    expect(names(list)).toEqual(['trips/2026/sea.txt'])
    const crumbs = list.instance.data.crumbs as { name: string }[]
    expect(crumbs.map(({ name }) => name)).toEqual(['My files', 'trips', '2026'])
    await tap(list, 'trips/2026/sea.txt')
    call(list, 'onCrumb', { currentTarget: { dataset: { path: '' } } })
    await idle(list)
    expect(rows(list).length).toBe(38)
    await until(() => events.length === 4, 'the events have arrived')
    expect(events).toMatchObject([
      { path: 'trips/' },
      { path: 'trips/2026/' },
      { file: { key: `${PREFIX}trips/2026/sea.txt`, name: 'sea.txt', size: 3 }, index: 0 },
      { path: '' },
    ])
  })

  test('shows a folder of an absolute prefix', async () => {
    const list = await opened({ prefix: `/${PREFIX}trips/2026/` })
    expect(names(list)).toEqual(['trips/2026/sea.txt'])
  })

  test('deletes selected files and folders with their contents, after confirmation', async () => {
    const list = await opened({ removable: true, pageSize: 100 })
    call(list, 'onSelect')
    for (const name of ['file-00.txt', 'trips/']) await tap(list, name)
    expect(list.dom.textContent).toContain('2 selected')
    phone.asked.answers.showModal = { confirm: false }
    await call(list, 'onRemove')
    phone.asked.answers.showModal = { confirm: true }
    await call(list, 'onRemove')
    const { Contents } = await other.cos.getBucket({ Prefix: PREFIX })
    expect(Contents.length).toBe(36)
    expect(Contents.some(({ Key }) => Key.includes('trips') || Key.includes('file-00'))).toBe(false)
  })

  test('offers no selection unless removable is set', async () => {
    const list = await opened()
    call(list, 'onSelect')
    expect(list.instance.data.isSelecting).toBe(false)
  })

  test('a failure shows its code and advice, and can be retried', async () => {
    phone.cloud.faults.set({
      rules: [{ action: { kind: 'error', code: 'AccessDenied' }, operation: 'getBucket' }],
    })
    const list = await opened()
    expect(list.dom.innerHTML).toContain('AccessDenied')
    expect(list.dom.innerHTML).toContain(REFUSED.advice.en)
    phone.cloud.faults.set({ rules: [] })
    call(list, 'onRetry')
    await idle(list)
    expect(list.instance.data.problem).toBeNull()
    expect(rows(list).length).toBe(30)
  })
})

describe('<cos-image>', () => {
  let render: (properties?: object) => Rendered
  beforeAll(async () => {
    const { cos } = createTestPhone(phone.cloud, ALICE)
    await cos.uploadFile({ Key: `${PREFIX}sea.png`, FilePath: at('packages/cli/samples/sea.png') })
    render = loadComponent(`${COMPONENTS}/cos-image/cos-image`)
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

  test('signs processing parameters, and reuses a URL while it is valid', async () => {
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

  test('shows an icon for a video without a cover, which can still be played', async () => {
    const image = render({ objectKey: 'film.mp4', videoCovers: true, preview: true })
    await signed(image)
    for (let i = 0; i < 2; i++) call(image, 'onError', { detail: { errMsg: 'GET 403' } })
    expect(image.instance.data).toMatchObject({ state: 'error', isVideo: true })
    await call(image, 'onTap')
    const sources = [{ url: expect.stringContaining('film.mp4'), type: 'video' }]
    expect(phone.asked.calls).toContainEqual(['previewMedia', { sources }])
  })

  test('previews a picture with previewImage, which WeChat on computers has', async () => {
    const image = render({ objectKey: 'sea.png', preview: true })
    await signed(image)
    await call(image, 'onTap')
    const urls = [expect.stringContaining('sea.png')]
    expect(phone.asked.calls).toContainEqual(['previewImage', { urls }])
  })

  test('signs once more if the picture does not load, then shows an error', async () => {
    const image = render({ objectKey: 'missing.png' })
    const events: object[] = []
    image.addEventListener('error', ({ detail }) => events.push(detail))
    await signed(image)
    const failed = { detail: { errMsg: 'GET 404' } }
    call(image, 'onError', failed)
    expect(image.instance.data.state).toBe('loading')
    call(image, 'onError', failed)
    expect(image.instance.data.state).toBe('error')
    await until(() => events.length === 1, 'the event has arrived')
    expect(events[0]).toMatchObject({ message: 'GET 404' })
  })
})
