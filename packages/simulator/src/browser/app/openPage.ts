import type { Root } from 'glass-easel-miniprogram-adapter'

/** What a page's code may have, besides its own. */
export interface PageInstance {
  route: string
  options: Record<string, string>
  onLoad?: (query: Record<string, string>) => void
  onShow?: () => void
  onReady?: () => void
  onHide?: () => void
  onUnload?: () => void
  onPullDownRefresh?: () => void
  onReachBottom?: () => void
  onPageScroll?: (event: { scrollTop: number }) => void
  onTabItemTap?: (item: object) => void
}

export interface OpenPage {
  route: string
  instance: PageInstance
  element: HTMLElement
  root: Root
  title: string
}
