import { describeInBrowser } from '../support/browser'
import { type AppPage, PreviewApp } from '../support/previewApp'

const component = (
  name: string,
  wxml: string,
  code: string,
  more: Record<string, string> = {},
) => ({
  [`components/${name}/${name}.json`]: '{"component":true}',
  [`components/${name}/${name}.wxml`]: wxml,
  [`components/${name}/${name}.js`]: code,
  ...Object.fromEntries(
    Object.entries(more).map(([type, text]) => [`components/${name}/${name}.${type}`, text]),
  ),
})

const FILES = {
  'app.json': JSON.stringify({
    pages: ['home', 'other', 'full', 'plugin', 'parts', 'skyline', 'blocks', 'made'].map(
      (name) => `pages/${name}/${name}`,
    ),
    usingComponents: {
      'own-style': '/components/own/own',
      'shared-style': '/components/shared/shared',
      'apply-style': '/components/apply/apply',
      'the-field': '/components/field/field',
      'the-list': '/components/list/list',
      'the-item': '/components/item/item',
    },
    tabBar: {
      custom: true,
      list: [
        { pagePath: 'pages/home/home', text: 'Home' },
        { pagePath: 'pages/other/other', text: 'Other' },
      ],
    },
  }),
  // As the runtimes of Taro and uni-app: they replace what pages call.
  'app.js': `App({ pagesAtLaunch: getCurrentPages().length })
    const definePage = Page
    Page = (page) => definePage({ ...page, data: { ...page.data, isReplaced: true } })`,
  'app.wxss': '.colour { color: rgb(1, 1, 1) }',
  'custom-tab-bar/index.json': '{"component":true}',
  'custom-tab-bar/index.wxml':
    '<view style="position: fixed; bottom: 0" class="bar"><view wx:for="{{tabs}}" wx:key="*this" data-tab="{{item}}" bindtap="go">{{selected === item ? "*" : ""}}{{item}}</view></view>',
  'custom-tab-bar/index.js': `Component({ data: { tabs: ['home', 'other'], selected: 'home' }, methods: {
    go({ currentTarget: { dataset: { tab } } }) { wx.switchTab({ url: '/pages/' + tab + '/' + tab }) } } })`,
  'pages/home/home.wxml': `<own-style id="own" /><shared-style /><apply-style />
    <form bindsubmit="on"><the-field name="mine" value="component value" /><button form-type="submit">Send</button></form>
    <the-list generic:row="the-item" items="{{['x', 'y']}}" />
    <view class="moving" animation="{{animation}}">moving</view>
    <wxs module="m">module.exports = {
      tap: function (event, owner) { event.instance.setStyle({ opacity: 0.25 }); owner.selectComponent('.moving').addClass('done'); owner.callMethod('told', 'by wxs') },
      watch: function (value, before, owner, instance) { instance.getState().count = value; if (value > 1) owner.callMethod('counted', instance.getState().count) }
    }</wxs>
    <view class="wxs" bindtap="{{m.tap}}" change:count="{{m.watch}}" count="{{count}}" data-x="1">wxs</view>`,
  'pages/home/home.js': `Page({ data: { count: 1 }, told(text) { this.setData({ text }) }, counted(seen) { this.setData({ seen }) }, on({ detail }) { this.setData({ sent: detail.value }) },
    onShow() { this.getTabBar().setData({ selected: 'home' }) } })`,
  'pages/other/other.wxml': '<text>other page</text>',
  'pages/other/other.js': "Page({ onShow() { this.getTabBar().setData({ selected: 'other' }) } })",
  'pages/made/made.wxml': '<view bindtap="{{handler}}">made by a framework</view>',
  'pages/made/made.js': `Page({ data: {}, onLoad() {
    this.e0 = (event) => this.setData({ own: ['type', 'detail', 'target'].filter((name) => Object.hasOwn(event, name)) })
    this.setData({ handler: 'e0' }) } })`,
  'pages/plugin/plugin.json': '{"usingComponents":{"the-map":"plugin://maps/map"}}',
  'pages/plugin/plugin.wxml': '<the-map id="map" /><text>beside {{name}}</text>',
  'pages/plugin/plugin.js': `const maps = requirePlugin('maps')
    Page({ data: { name: 'it' }, onLoad() { maps.setKey('x'); maps.search().then } })`,
  'pages/parts/parts.json':
    '{"usingComponents":{"the-tabs":"/components/tabs/tabs","the-tab":"/components/tab/tab"}}',
  'pages/parts/parts.wxss': 'the-tabs { display: block; width: 90px }',
  'pages/parts/parts.wxml': '<the-tabs><the-tab id="first" /><the-tab /></the-tabs>',
  'pages/parts/parts.js': `Page({ data: { order: [] }, onShow() { this.data.order.push('onShow') }, onReady() { this.setData({ order: this.data.order.concat('onReady') }) }, onLoad() {
    this.data.order.push('onLoad')
    const global = Function('return this')()
    globalThis.ownName = 'bare'
    global.setTimeout(() => this.setData({ named: ownName }))
    this.setData({ kinds: [global.document, globalThis.document, global.Array === Array, globalThis.wx === wx].map(String) })
  } })`,
  ...component(
    'tabs',
    '<slot />',
    "Component({ ready() { this.setData({ order: getCurrentPages()[0].data.order.concat('ready') }); getCurrentPages()[0].setData({ order: this.data.order }) }, relations: { '../tab/tab': { type: 'child', linked() { this.setData({ count: (this.data.count || 0) + 1 }) } } } })",
  ),
  ...component(
    'tab',
    '<text>tab</text>',
    `Component({
      properties: { label: { type: String, observer: 'notThere' } },
      relations: { '../tabs/tabs': { type: 'parent', linked(parent) { this.setData({ parent, self: this }) } } },
    })`,
  ),
  'pages/skyline/skyline.json': '{"renderer":"skyline","navigationStyle":"custom"}',
  'pages/skyline/skyline.wxml': `<pan-gesture-handler worklet:ongesture="drag"><view class="card">card</view></pan-gesture-handler>
    <tap-gesture-handler onGestureEvent="tap"><view class="button">button</view></tap-gesture-handler>
    <grid-view cross-axis-count="3"><view wx:for="{{6}}" wx:key="*this" class="cell">{{item}}</view></grid-view>
    <view class="padded"><text>one</text><text>two</text></view><view class="row"><text>left</text><text>right</text></view>
    <own-style />`,
  'pages/skyline/skyline.wxss':
    '.row { display: flex; flex-direction: row } .padded { width: 50px; padding: 10px }',
  'pages/blocks/blocks.json': JSON.stringify({
    renderer: 'skyline',
    navigationStyle: 'custom',
    rendererOptions: { skyline: { defaultDisplayBlock: true, defaultContentBox: true } },
  }),
  'pages/blocks/blocks.wxss': '.padded { width: 50px; padding: 10px }',
  'pages/blocks/blocks.wxml': '<view class="padded"><text>one</text><text>two</text></view>',
  'pages/skyline/skyline.js': `const { shared, derived, timing } = wx.worklet
    Page({
      onLoad() {
        this.states = []
        this.x = shared(0)
        this.twice = derived(() => this.x.value * 2)
        this.applyAnimatedStyle('.card', () => { 'worklet'; return { transform: 'translateX(' + this.twice.value + 'px)' } })
      },
      drag({ state, deltaX }) {
        this.states.push(state)
        if (state === 2) this.x.value += deltaX
        if (state === 3) this.x.value = timing(100, { duration: 30 }, () => wx.worklet.runOnJS(this.done.bind(this))('done'))
      },
      done(ended) { this.setData({ ended }) },
      tap({ state }) { this.setData({ tapped: state }) },
    })`,
  'pages/full/full.json': '{"navigationStyle":"custom"}',
  'pages/full/full.wxml': '<view class="top">from the top</view>',
  ...component(
    'own',
    '<view class="colour">own</view>',
    `Component({
    data: { log: [] },
    lifetimes: { attached() { this.setData({ log: [...this.data.log, 'attached'] }) } },
    pageLifetimes: { show() { this.setData({ log: [...this.data.log, 'show'] }) }, hide() { this.setData({ log: [...this.data.log, 'hide'] }) } },
  })`,
  ),
  ...component(
    'shared',
    '<view class="colour">shared</view>',
    "Component({ options: { styleIsolation: 'shared' } })",
    { wxss: '.colour { font-weight: 700 }' },
  ),
  ...component(
    'apply',
    '<view class="colour mine">apply</view>',
    'Component({ options: { addGlobalClass: true } })',
    {
      wxss: '.mine { text-decoration: underline }',
    },
  ),
  ...component(
    'field',
    '<view>field {{kind}}</view>',
    `Component({ behaviors: ['wx://form-field'], properties: { kind: { type: [String, Number], value: 'of any type' } } })`,
  ),
  'components/list/list.json': '{"component":true,"componentGenerics":{"row":true}}',
  'components/list/list.wxml': '<row wx:for="{{items}}" wx:key="*this" text="{{item}}" />',
  'components/list/list.js': 'Component({ properties: { items: Array } })',
  ...component('item', '<text>item {{text}}</text>', 'Component({ properties: { text: String } })'),
}

describeInBrowser('features of apps', () => {
  let app: PreviewApp
  let page: AppPage
  beforeAll(async () => {
    app = await PreviewApp.start(FILES)
  })
  afterAll(() => app?.end())
  const open = async (route: string) => {
    page = await app.open(route)
    await page.screen.waitFor()
  }
  afterEach(async () => {
    expect(page.thrown).toEqual([])
    await page.close()
  })

  test('a property whose type is a list is reported and accepts every value', async () => {
    await open('pages/home/home')
    await page.screen.getByText('field of any type').waitFor()
    expect(page.console.join()).toContain('the type of property "kind" is illegal')
  })

  test('a component of a plugin is a labelled box, and the console names the plugin', async () => {
    await open('pages/plugin/plugin')
    await page.screen.getByText('beside it').waitFor()
    expect(await page.find('#map').getAttribute('data-missing')).toBe('<the-map>')
    expect(page.console).toEqual(
      expect.arrayContaining([
        expect.stringContaining('<the-map> is a component of a plugin'),
        'the plugin maps is not in the preview',
      ]),
    )
  })

  test('the tab bar of the app is shown on its pages, above their end', async () => {
    await open('pages/home/home')
    await page.find('wx-custom-tab-bar').getByText('*home').waitFor()
    expect(await page.browser.locator('#tabs').isVisible()).toBe(false)
    await page.find('wx-custom-tab-bar').getByText('other').click()
    await page.screen.getByText('other page').waitFor()
    await page.find('wx-custom-tab-bar').getByText('*other').waitFor()
  })

  test('a page with its own navigation bar begins at the top of the screen', async () => {
    await open('pages/full/full')
    const box = await page.find('.top').boundingBox()
    expect(box?.y).toBe(0)
    const capsule = await page.browser.locator('.nav-capsule').boundingBox()
    const reported = await page.evaluate<{ top: number; right: number }>(
      'wx.getMenuButtonBoundingClientRect()',
    )
    expect(Math.abs((capsule?.y ?? 0) - reported.top)).toBeLessThan(4)
  })

  test('styles of components apply within their styleIsolation', async () => {
    await open('pages/home/home')
    const styles = await page.evaluate(`['own', 'shared', 'apply'].map((name) => {
      const element = [...document.querySelectorAll('wx-view')].find((view) => view.textContent === name)
      const { color, fontWeight, textDecorationLine } = getComputedStyle(element)
      return [color === 'rgb(1, 1, 1)', fontWeight, textDecorationLine]
    })`)
    expect(styles).toEqual([
      [false, '400', 'none'],
      [true, '700', 'none'],
      [true, '700', 'underline'],
    ])
  })

  test('a component with the form-field behavior is a field of the form', async () => {
    await open('pages/home/home')
    await page.screen.getByText('Send').click()
    await page.waitForData('sent', { mine: 'component value' })
  })

  test('a generic component is filled in by the page', async () => {
    await open('pages/home/home')
    await page.screen.getByText('item x').waitFor()
    await page.screen.getByText('item y').waitFor()
  })

  test('components are notified when their page is shown or hidden', async () => {
    await open('pages/home/home')
    await page.evaluate("wx.navigateTo({ url: '/pages/full/full' })")
    await page.screen.getByText('from the top').waitFor()
    const log = await page.evaluate("getCurrentPages()[0].selectComponent('#own').data.log")
    expect(log).toEqual(['attached', 'show', 'hide'])
  })

  test('wxs handles events and property changes with instances', async () => {
    await open('pages/home/home')
    await page.screen.getByText('wxs', { exact: true }).click()
    await page.waitForData('text', 'by wxs')
    expect(await page.find('.wxs').getAttribute('style')).toContain('opacity: 0.25')
    expect(await page.find('.moving').getAttribute('class')).toContain('done')
    await page.evaluate('page.setData({ count: 5 })')
    await page.waitForData('seen', 5)
  })

  test('animations move elements', async () => {
    await open('pages/home/home')
    await page.evaluate(`(() => {
      const animation = wx.createAnimation({ duration: 5000 })
      animation.option.transition.duration = 20
      animation.translateX(40).opacity(0.5).step()
      page.setData({ animation: animation.export() })
      page.animate('.moving', [{ rotate: 0 }, { rotate: 90 }], 20)
    })()`)
    await page.browser.waitForFunction(
      "getComputedStyle(document.querySelector('.moving')).opacity === '0.5'",
    )
    const style = await page.find('.moving').getAttribute('style')
    expect(style).toContain('translateX(40px)')
    expect(style).toMatch(/transition:.* 20ms/)
  })

  test('components can reference each other in their data, and an observer of a missing method is a warning', async () => {
    await open('pages/parts/parts')
    await page.screen.getByText('tab').first().waitFor()
    const first = "page.selectComponent('#first').data"
    expect(await page.evaluate(`[${first}.parent.data.count, ${first}.self.is]`)).toEqual([
      2,
      'components/tab/tab',
    ])
    expect(page.console.join()).toContain('Cannot find method "notThere"')
    expect(await page.find('.problem-bar').count()).toBe(0)
  })

  test('components are ready after their page is shown and before it is', async () => {
    await open('pages/parts/parts')
    await page.waitForData('order', ['onLoad', 'onShow', 'ready', 'onReady'])
    const tabs = await page.screen.locator('the-tabs').boundingBox()
    expect(tabs?.width).toBe(90)
  })

  test('the global object of an app is not the browser window', async () => {
    await open('pages/parts/parts')
    await page.waitForData('kinds', ['undefined', 'undefined', 'true', 'true'])
  })

  test('the global object has timers, and its new properties are global variables', async () => {
    await open('pages/parts/parts')
    await page.waitForData('named', 'bare')
  })

  test('Skyline: gestures call worklets, and shared values move elements', async () => {
    await open('pages/skyline/skyline')
    await page.screen.getByText('button').click()
    await page.waitForData('tapped', 3)
    const card = await page.find('.card').boundingBox()
    const [x, y] = [(card?.x ?? 0) + 20, (card?.y ?? 0) + 5]
    const { mouse } = page.browser
    await mouse.move(x, y)
    await mouse.down()
    await mouse.move(x + 40, y, { steps: 4 })
    await mouse.up()
    await page.waitForData('ended', 'done')
    await page.browser.waitForFunction(
      "document.querySelector('.card').style.transform === 'translateX(200px)'",
    )
    const cells = await page
      .find('.cell')
      .evaluateAll((all) => all.map((element) => element.getBoundingClientRect().top))
    expect(new Set(cells).size).toBe(2)
  })

  test('Skyline: a gesture that the browser takes over is cancelled', async () => {
    await open('pages/skyline/skyline')
    const states = await page.evaluate(`(() => {
      const send = (target, type, clientX) =>
        target.dispatchEvent(new PointerEvent(type, { clientX, bubbles: true, composed: true }))
      send(document.querySelector('.card'), 'pointerdown', 0)
      send(window, 'pointermove', 40)
      send(window, 'pointercancel', 40)
      send(window, 'pointermove', 80)
      return page.states
    })()`)
    expect(states).toEqual([0, 1, 4])
  })

  test('Skyline: styles follow their worklets until the page is closed, even if another worklet throws', async () => {
    await open('pages/skyline/skyline')
    await page.evaluate(`(() => {
      window.x = page.x
      page.applyAnimatedStyle('.card', () => { throw new Error('broken') })
      page.applyAnimatedStyle('.button', () => ({ width: (window.seen = page.x.value) + 'px' }))
      page.x.value = 40
    })()`)
    await page.browser.waitForFunction("document.querySelector('.button').style.width === '40px'")
    const seen = await page.evaluate(`(async () => {
      await wx.reLaunch({ url: '/pages/full/full' })
      window.x.value = 50
      for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame)
      return window.seen
    })()`)
    expect(seen).toBe(40)
  })

  test('Skyline: elements are columns with border-box sizes, unless app.json says otherwise', async () => {
    const layoutOf = (selector: string) =>
      page.evaluate(`(() => {
        const element = document.querySelector(${JSON.stringify(selector)})
        const { display, flexDirection, position } = getComputedStyle(element)
        const [one, two] = [...element.children].map((child) => child.getBoundingClientRect())
        const isColumn = two.top >= one.bottom
        return [display, flexDirection, position, element.offsetWidth, isColumn]
      })()`)
    await open('pages/skyline/skyline')
    expect(await layoutOf('.padded')).toEqual(['flex', 'column', 'relative', 50, true])
    expect(await layoutOf('.row')).toEqual(['flex', 'row', 'relative', 375, false])
    const host = await page.evaluate(
      "getComputedStyle(document.querySelector('own-style')).display",
    )
    expect(host).toBe('flex')
    await page.close()
    await open('pages/blocks/blocks')
    expect(await layoutOf('.padded')).toEqual(['block', 'row', 'relative', 70, false])
  })

  test('frameworks can replace Page, and handle events with functions of the instance', async () => {
    await open('pages/made/made')
    await page.waitForData('isReplaced', true)
    expect(await page.evaluate('getApp().pagesAtLaunch')).toBe(0)
    await page.screen.getByText('made by a framework').click()
    await page.waitForData('own', ['type', 'detail', 'target'])
  })
})
