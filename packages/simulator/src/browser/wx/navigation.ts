import { type CallbackOptions, callBackOrPromise } from '../../callbacks'
import type { Frame } from '../app/frame'
import { startPullDown, stopPullDown } from '../app/gestures'
import type { PageStack } from '../app/pageStack'

type ToUrl = CallbackOptions & { url: string }

/** `wx` calls that navigate, and that change the bars around the page. */
export function createNavigation(stack: PageStack, frame: Frame) {
  const go = (name: string, run: (url: string) => void) => (options: ToUrl) =>
    callBackOrPromise(options, () => nothing(() => run(options.url)), name)
  return {
    navigateTo: go('navigateTo', (url) => stack.navigateTo(url)),
    redirectTo: go('redirectTo', (url) => stack.redirectTo(url)),
    reLaunch: go('reLaunch', (url) => stack.reLaunch(url)),
    switchTab: go('switchTab', (url) => stack.switchTab(url)),
    navigateBack: (options: CallbackOptions & { delta?: number } = {}) =>
      callBackOrPromise(
        options,
        () => nothing(() => stack.navigateBack(options.delta ?? 1)),
        'navigateBack',
      ),
    setNavigationBarTitle: (options: CallbackOptions & { title: string }) => {
      // The page on top at the time of the call is the page that calls.
      const page = stack.current
      return callBackOrPromise(
        options,
        () =>
          nothing(() => {
            if (page) page.title = options.title
            frame.draw()
          }),
        'setNavigationBarTitle',
      )
    },
    setTabBarItem: (options: CallbackOptions & { index: number; text: string }) =>
      callBackOrPromise(
        options,
        () => nothing(() => frame.setTabText(options.index, options.text)),
        'setTabBarItem',
      ),
    startPullDownRefresh: (options: CallbackOptions = {}) =>
      callBackOrPromise(
        options,
        () => nothing(() => stack.current && startPullDown(stack.current)),
        'startPullDownRefresh',
      ),
    stopPullDownRefresh: (options: CallbackOptions = {}) =>
      callBackOrPromise(
        options,
        () => nothing(() => stopPullDown(stack.current)),
        'stopPullDownRefresh',
      ),
    pageScrollTo: (options: CallbackOptions & { scrollTop: number }) =>
      callBackOrPromise(
        options,
        () => nothing(() => stack.current?.element.scrollTo({ top: options.scrollTop })),
        'pageScrollTo',
      ),
  }
}

function nothing(run: () => unknown): object {
  run()
  return {}
}
