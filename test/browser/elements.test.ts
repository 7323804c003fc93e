import { describeInBrowser } from '../support/browser'
import { type AppPage, PreviewApp } from '../support/previewApp'

/** A page whose handler `on` puts the details of events into its data under their type. */
const RECORDER = `Page({
  data: { chosen: [], sub: 0, regions: ['a', 'b'], times: '09:30', columns: [['A', 'B'], ['1', '2', '3']],
    fruits: [{ name: 'apple' }, { name: 'pear' }], nodes: [{ name: 'b', children: [{ type: 'text', text: 'bold' }] }],
    html: '<p class="x" onclick="evil()">safe<script>evil()</script></p>', bound: 'start', isOn: false },
  on(event) { this.setData({ [event.type]: event.detail }) },
  onTap(event) { this.setData({ tapped: event.currentTarget.dataset.name, touches: event.changedTouches.length }) },
})`

const PAGES: Record<string, string> = {
  form: `<form bindsubmit="on" bindreset="on">
    <input name="text" value="typed" /><textarea name="long" value="lines" />
    <switch name="is" checked /><slider name="number" value="30" step="10" />
    <radio-group name="one"><label><radio value="a" />A</label><label><radio value="b" checked />B</label></radio-group>
    <checkbox-group name="many" bindchange="on"><checkbox value="x" checked />X<checkbox value="y" id="box" />Y</checkbox-group>
    <picker name="fruit" range="{{fruits}}" range-key="name" value="1"><view>fruit</view></picker>
    <label for="box">choose Y</label>
    <button form-type="submit">Submit</button><button form-type="reset">Reset</button>
  </form>`,
  picker: `<picker range="{{fruits}}" range-key="name" bindchange="on"><view>select</view></picker>
    <picker mode="multiSelector" range="{{columns}}" value="{{[0, 1]}}" bindchange="on" bindcolumnchange="on"><view>multi</view></picker>
    <picker mode="time" value="{{times}}" bindchange="on"><view>time</view></picker>
    <picker mode="date" value="2024-02-29" start="2020-01-01" end="2030-01-01" bindchange="on"><view>date</view></picker>
    <picker mode="region" bindchange="on"><view>region</view></picker>`,
  pickerView: `<picker-view style="height: 170px" value="{{[1]}}" bindchange="on">
    <picker-view-column><view wx:for="{{columns[1]}}" wx:key="*this">{{item}}</view></picker-view-column></picker-view>`,
  swiper: `<swiper indicator-dots current="1" bindchange="on"><swiper-item wx:for="{{columns[1]}}" wx:key="*this">
    <view>slide {{item}}</view></swiper-item></swiper>
    <swiper autoplay interval="150" circular class="auto"><swiper-item><view>a</view></swiper-item><swiper-item><view>b</view></swiper-item></swiper>`,
  content: `<icon type="success" size="40" /><rich-text nodes="{{html}}" /><rich-text nodes="{{nodes}}" />
    <progress percent="20" show-info /><cover-view>covered</cover-view><open-data type="userNickName" /><map /><scale-gesture-handler><view>scaled</view></scale-gesture-handler><web-view wx:if="{{false}}" src="" />
    <navigator url="/pages/form/form">go</navigator>`,
  events: `<view class="outer" bindtap="onTap" data-name="outer"><view class="inner" catch:tap="onTap" data-name="inner">inner</view>
    <view class="plain">plain</view></view><view class="touch" bindtouchstart="on" bindtouchmove="onTouch">touch</view><view class="held" bindlongtap="on">held</view>
    <view id="byId">styled</view><input model:value="{{bound}}" class="bound" /><switch model:checked="{{isOn}}" />
    <template is="row" data="{{text: 'from a template'}}" /><template name="row"><text>{{text}}</text></template>`,
  canvas:
    '<canvas type="2d" id="drawn" style="width: 60px; height: 40px" /><canvas canvas-id="old" style="width: 60px; height: 40px" />',
  overlays: `<action-sheet hidden="{{!isOn}}" bindchange="on"><action-sheet-item data-name="item" bindtap="onTap">item</action-sheet-item>
    <action-sheet-cancel>cancel</action-sheet-cancel></action-sheet>
    <toast hidden="{{bound !== 'toast'}}" duration="20" bindchange="on">told</toast><loading hidden>loading</loading>
    <modal hidden="{{bound !== 'modal'}}" title="Sure?" no-cancel bindconfirm="on">really</modal>`,
  scroll: `<scroll-view scroll-y style="height: 100px" bindscrolltolower="on" scroll-into-view="{{target}}">
    <view wx:for="{{30}}" wx:key="*this" id="row{{index}}" style="height: 30px">{{index}}</view></scroll-view>`,
}

describeInBrowser('elements', () => {
  let app: PreviewApp
  let page: AppPage
  beforeAll(async () => {
    const pages = Object.entries(PAGES).flatMap(([name, wxml]) => [
      [`pages/${name}/${name}.wxml`, wxml],
      [`pages/${name}/${name}.js`, RECORDER],
    ])
    app = await PreviewApp.start({
      'app.json': JSON.stringify({
        pages: Object.keys(PAGES).map((name) => `pages/${name}/${name}`),
      }),
      'pages/events/events.wxss': '#byId { color: rgb(1, 2, 3) } .touch { height: 50px }',
      ...Object.fromEntries(pages),
    })
  })
  afterAll(() => app?.end())
  const open = async (name: string) => {
    page = await app.open(`pages/${name}/${name}`)
    await page.screen.waitFor()
  }
  afterEach(async () => {
    expect(page.thrown).toEqual([])
    await page.close()
  })

  test('a form reports the values of its fields, and resets them', async () => {
    await open('form')
    await page.find('wx-label[for=box]').click()
    await page.waitForData('change', { value: ['x', 'y'] })
    await page.find('wx-label').first().click()
    await page.screen.getByText('Submit').click()
    await page.browser.waitForFunction('getCurrentPages().at(-1).data.submit')
    const { submit } = await page.data<{ submit: { value: object } }>()
    expect(submit.value).toEqual({
      text: 'typed',
      long: 'lines',
      is: true,
      number: 30,
      one: 'a',
      many: ['x', 'y'],
      fruit: '1',
    })
    await page.screen.getByText('Reset').click()
    await page.waitForData('reset', {})
    expect(await page.find('wx-input input').inputValue()).toBe('')
  })

  const choose = async (name: string, ...rows: (string | undefined)[]) => {
    await page.screen.getByText(name, { exact: true }).click()
    for (const [i, row] of rows.entries()) {
      if (row) await page.browser.locator('.picker select').nth(i).selectOption(row)
    }
    await page.browser.locator('.picker').getByText('OK').click()
  }

  test('pickers report the chosen value in the format of their mode', async () => {
    await open('picker')
    await choose('select', 'pear')
    await page.waitForData('change', { value: '1' })
    await choose('multi', 'B')
    await page.waitForData('change', { value: [1, 1] })
    await page.waitForData('columnchange', { column: 0, value: 1 })
    await choose('time', undefined, '45')
    await page.waitForData('change', { value: '09:45' })
    await choose('date', '2023')
    await page.waitForData('change', { value: '2023-02-28' })
    await choose('region')
    await page.waitForData('change', {
      value: ['广东省', '广州市', '海珠区'],
      code: ['', '', ''],
      postcode: '',
    })
  })

  test('a picker can be cancelled', async () => {
    await open('picker')
    await page.screen.getByText('select', { exact: true }).click()
    await page.browser.locator('.picker').getByText('Cancel').click()
    expect((await page.data<{ change?: object }>()).change).toBeUndefined()
  })

  test('a picker view reports the row in its middle', async () => {
    await open('pickerView')
    const column = page.find('wx-picker-view-column')
    await page.browser.waitForTimeout(200)
    await column.evaluate((element: unknown) => {
      ;(element as { scrollTop: number }).scrollTop = 1000
    })
    await page.waitForData('change', { value: [2] })
  })

  test('a swiper shows its current item, and changes by itself', async () => {
    await open('swiper')
    const visible = page.find('wx-swiper').first()
    await visible.getByText('slide 2').waitFor()
    expect(await visible.locator('#dots i').count()).toBe(3)
    await page.evaluate(
      "document.querySelector('wx-swiper').shadowRoot.getElementById('track').scrollTo(9999, 0)",
    )
    await page.browser.waitForFunction('getCurrentPages().at(-1).data.change?.current === 2')
    const auto = page.find('.auto #track')
    await page.browser.waitForFunction(
      "document.querySelector('.auto').shadowRoot.getElementById('track').scrollLeft > 0",
    )
    expect(await auto.count()).toBe(1)
  })

  test('rich text is sanitised, and an unsupported element is a labelled box', async () => {
    await open('content')
    const [html, nodes] = await page
      .find('wx-rich-text')
      .evaluateAll((all: unknown) =>
        (all as { shadowRoot: { getElementById(id: string): { innerHTML: string } } }[]).map(
          ({ shadowRoot }) => shadowRoot.getElementById('content').innerHTML,
        ),
      )
    expect([html, nodes]).toEqual(['<p class="x">safe</p>', '<b>bold</b>'])
    expect(await page.find('wx-icon svg').getAttribute('width')).toBe('40')
    expect(await page.find('wx-map').getAttribute('data-missing')).toBe('<map>')
    const missing = '<scale-gesture-handler>'
    expect(await page.find('wx-scale-gesture-handler').getAttribute('data-missing')).toBe(missing)
    expect(page.console).toContain('<map> is not in the preview')
    expect(await page.find('wx-open-data').locator('#text').textContent()).toBe('WeChat user')
    await page.screen.getByText('go', { exact: true }).click()
    await page.screen.getByText('Submit').waitFor()
  })

  test('taps bubble unless they are caught, and carry touches', async () => {
    await open('events')
    await page.find('.inner').click()
    await page.waitForData('tapped', 'inner')
    await page.find('.plain').click()
    await page.waitForData('tapped', 'outer')
    await page.waitForData('touches', 1)
    await page.find('.touch').click()
    await page.browser.waitForFunction('getCurrentPages().at(-1).data.touchstart')
    await page.screen.getByText('from a template').waitFor()
  })

  test('a long press is reported under both of its names', async () => {
    await open('events')
    await page.find('.held').click({ delay: 600 })
    await page.browser.waitForFunction('getCurrentPages().at(-1).data.longtap !== undefined')
  })

  test('two-way bindings change the data, and ids can be styled', async () => {
    await open('events')
    await page.find('.bound input').fill('typed')
    await page.waitForData('bound', 'typed')
    await page.find('wx-switch').click()
    await page.waitForData('isOn', true)
    const colour = await page.evaluate("getComputedStyle(document.querySelector('#byId')).color")
    expect(colour).toBe('rgb(1, 2, 3)')
  })

  test('a canvas supports both drawing interfaces, and can be saved', async () => {
    await open('canvas')
    const size = await page.evaluate(`new Promise((resolve) => {
      wx.createSelectorQuery().select('#drawn').fields({ node: true, size: true }).exec(([{ node, width, height }]) => {
        node.width = width
        node.getContext('2d').fillRect(0, 0, 10, 10)
        resolve([width, height, node.getContext('2d').getImageData(1, 1, 1, 1).data[3]])
      })
    })`)
    expect(size).toEqual([60, 40, 255])
    const path = await page.evaluate<string>(`new Promise((resolve, reject) => {
      const context = wx.createCanvasContext('old')
      context.setFillStyle('red')
      context.fillRect(0, 0, 60, 40)
      context.draw(false, () => wx.canvasToTempFilePath({ canvasId: 'old', success: (r) => resolve(r.tempFilePath), fail: reject }))
    })`)
    expect(path).toMatch(/^wxfile:\/\/tmp_.*\.png$/)
    const widths = await page.evaluate<number[]>(`[10, 40].map((size) => {
      const context = wx.createCanvasContext('old')
      context.font = size + 'px sans-serif'
      return context.measureText('wide').width
    })`)
    expect(widths[1]).toBeGreaterThan((widths[0] ?? 0) * 3)
    const info = await page.evaluate<object>(`wx.getImageInfo({ src: ${JSON.stringify(path)} })`)
    expect(info).toMatchObject({ width: 60, height: 40 })
  })

  test('a scroll view scrolls to an element, and reports its end', async () => {
    await open('scroll')
    await page.evaluate("page.setData({ target: 'row29' })")
    await page.waitForData('scrolltolower', { direction: 'bottom' })
  })

  test('overlays of the first versions are shown, and report that they are dismissed', async () => {
    await open('overlays')
    expect(await page.screen.getByText('item').isVisible()).toBe(false)
    await page.evaluate('page.setData({ isOn: true })')
    await page.screen.getByText('item').click()
    await page.waitForData('tapped', 'item')
    await page.screen.getByText('cancel', { exact: true }).click()
    await page.waitForData('change', {})
    await page.evaluate("page.setData({ isOn: false, change: 0, bound: 'toast' })")
    await page.waitForData('change', {})
    await page.evaluate("page.setData({ bound: 'modal' })")
    await page.screen.getByText('确定').waitFor()
    expect(await page.screen.getByText('取消').isVisible()).toBe(false)
    await page.screen.getByText('确定').click()
    await page.waitForData('confirm', {})
  })
})
