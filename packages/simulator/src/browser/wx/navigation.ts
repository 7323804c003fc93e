import { api, WxError } from '../../wxRules/callbacks'
import { startPullDown, stopPullDown } from '../app/backend'
import type { Frame } from '../app/frame'
import type { OpenPage, PageStack } from '../app/pageStack'
import { extendInstances } from '../app/registry'
import { elementsIn, findById, type ShadowHost } from '../elements/base'
import {
  type CanvasToFileOptions,
  canvasToTempFile,
  createCanvasContext,
  drawCanvas,
  findCanvas,
} from '../elements/canvas'
import { animateElements, createAnimation } from './animation'
import {
  type ObserverOptions,
  PhoneIntersectionObserver,
  SelectorQuery,
  videoContext,
} from './query'
import { applyAnimatedStyle, clearAnimatedStyle } from './worklet'

interface ToUrl {
  url: string
  events?: Record<string, () => void>
}

/** An instance of a page or component, as far as observers need it. */
interface Instance {
  createIntersectionObserver: (options?: ObserverOptions) => object
}

/** `wx` calls that navigate, that change the bars around the page, and that look at its elements. */
export function createNavigation(stack: PageStack, frame: Frame) {
  /** Changes the page on top at the time of the call, which is the page that calls. */
  const changePage = <Options extends object>(
    name: string,
    change: (page: OpenPage, options: Options) => void,
  ) => {
    const call = api<{ page: OpenPage | undefined; options: Options }>(
      name,
      ({ page, options }) => {
        if (page) change(page, options)
        frame.draw()
      },
    )
    return (options: Options = {} as Options) => {
      const { success, fail, complete } = options as Record<string, never>
      const callbacks = success || fail || complete ? { success, fail, complete } : {}
      return call({ page: stack.current, options, ...callbacks })
    }
  }
  createSelectorQueries(stack)
  return {
    navigateTo: api<ToUrl>('navigateTo', ({ url, events }) => ({
      eventChannel: stack.navigateTo(url, events),
    })),
    redirectTo: api<ToUrl>('redirectTo', ({ url }) => stack.redirectTo(url)),
    reLaunch: api<ToUrl>('reLaunch', ({ url }) => stack.reLaunch(url)),
    switchTab: api<ToUrl>('switchTab', ({ url }) => stack.switchTab(url)),
    navigateBack: api<{ delta?: number }>('navigateBack', ({ delta = 1 }) =>
      stack.navigateBack(delta),
    ),
    setNavigationBarTitle: changePage<{ title: string }>(
      'setNavigationBarTitle',
      (page, { title }) => {
        page.title = title
      },
    ),
    setNavigationBarColor: changePage<{ frontColor: string; backgroundColor: string }>(
      'setNavigationBarColor',
      ({ bar }, { frontColor, backgroundColor }) => {
        bar.text = frontColor === '#000000' ? 'black' : 'white'
        bar.background = backgroundColor
      },
    ),
    showNavigationBarLoading: changePage('showNavigationBarLoading', ({ bar }) => {
      bar.isLoading = true
    }),
    hideNavigationBarLoading: changePage('hideNavigationBarLoading', ({ bar }) => {
      bar.isLoading = false
    }),
    setBackgroundColor: api<{ backgroundColor?: string }>(
      'setBackgroundColor',
      ({ backgroundColor = '' }) => {
        stack.current?.element.style.setProperty('background-color', backgroundColor)
      },
    ),
    setTabBarItem: api<{ index: number; text?: string; iconPath?: string }>(
      'setTabBarItem',
      ({ index, ...change }) => frame.changeTab(index, change),
    ),
    setTabBarBadge: api<{ index: number; text: string }>('setTabBarBadge', ({ index, text }) =>
      frame.changeTab(index, { badge: text }),
    ),
    removeTabBarBadge: api<{ index: number }>('removeTabBarBadge', ({ index }) =>
      frame.changeTab(index, { badge: undefined }),
    ),
    showTabBarRedDot: api<{ index: number }>('showTabBarRedDot', ({ index }) =>
      frame.changeTab(index, { badge: '' }),
    ),
    hideTabBarRedDot: api<{ index: number }>('hideTabBarRedDot', ({ index }) =>
      frame.changeTab(index, { badge: undefined }),
    ),
    setTabBarStyle: api('setTabBarStyle', (style) => frame.changeTabBar({ style })),
    showTabBar: api('showTabBar', () => frame.changeTabBar({ isHidden: false })),
    hideTabBar: api('hideTabBar', () => frame.changeTabBar({ isHidden: true })),
    startPullDownRefresh: api('startPullDownRefresh', () => {
      if (stack.current) startPullDown(stack.current)
    }),
    stopPullDownRefresh: api('stopPullDownRefresh', () => stopPullDown(stack.current)),
    pageScrollTo: api<{ scrollTop?: number; selector?: string; duration?: number }>(
      'pageScrollTo',
      ({ scrollTop, selector }) => {
        const page = stack.current?.element
        if (selector) page?.querySelector(selector)?.scrollIntoView()
        else page?.scrollTo({ top: scrollTop ?? 0 })
      },
    ),
    createSelectorQuery: () => new SelectorQuery(stack),
    createIntersectionObserver: (instance?: Instance, options?: ObserverOptions) => {
      const scope: Partial<Instance> | undefined = instance ?? stack.current?.instance
      return scope?.createIntersectionObserver?.(options)
    },
    createAnimation,
    createCanvasContext,
    createContext: () => createCanvasContext(''),
    drawCanvas,
    createVideoContext: (id: string) => videoContext(findById('wx-video', id)),
    canvasToTempFilePath: (options: CanvasToFileOptions, _component?: object) =>
      canvasToTempFilePath(options),
    canvasGetImageData: api<{
      canvasId: string
      x: number
      y: number
      width: number
      height: number
    }>('canvasGetImageData', ({ canvasId, x, y, width, height }) => {
      const context = findCanvas(canvasId)?.getContext('2d')
      if (!context) throw new WxError('canvasGetImageData:fail canvas is empty')
      return { width, height, data: context.getImageData(x, y, width, height).data }
    }),
  }
}

const canvasToTempFilePath = api<CanvasToFileOptions>('canvasToTempFilePath', async (options) => {
  const tempFilePath = await canvasToTempFile(options)
  if (!tempFilePath) throw new WxError('canvasToTempFilePath:fail canvas is empty')
  return { tempFilePath }
})

/** Methods of page and component instances that need no page stack. */
export function addInstanceMethods(): void {
  extendInstances({
    animate(
      this: Selectable,
      selector: string,
      frames: never[],
      duration: number,
      done?: () => void,
    ) {
      animateElements(elementsIn(this._$, selector), frames, duration, done)
    },
    clearAnimation(this: Selectable, selector: string, ...rest: unknown[]) {
      for (const element of elementsIn(this._$, selector)) {
        for (const animation of element.getAnimations()) animation.cancel()
      }
      const done = rest.at(-1)
      if (typeof done === 'function') done()
    },
    applyAnimatedStyle(
      this: Selectable,
      selector: string,
      compute: () => Record<string, string | number>,
      _options?: object,
      done?: (result: { styleId: number }) => void,
    ) {
      const styleId = applyAnimatedStyle(() => elementsIn(this._$, selector), compute)
      this._$.addLifetimeListener('detached', () => clearAnimatedStyle([styleId]))
      done?.({ styleId })
    },
    clearAnimatedStyle(_selector: string, ids: number[] = [], done?: () => void) {
      clearAnimatedStyle(ids)
      done?.()
    },
    createIntersectionObserver(this: Selectable, options?: ObserverOptions) {
      return new PhoneIntersectionObserver((selector) => elementsIn(this._$, selector), options)
    },
    getPageId: () => 'preview',
    getTabBar: () => null,
    setUpdatePerformanceListener() {},
    setInitialRenderingCache() {},
  })
}

interface Selectable {
  _$: ShadowHost & { addLifetimeListener(name: 'detached', listener: () => void): void }
}

function createSelectorQueries(stack: PageStack): void {
  extendInstances({
    createSelectorQuery(this: never) {
      return new SelectorQuery(stack, this)
    },
  })
}
