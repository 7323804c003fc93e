/** How other people build mini programs, each a project of its own in a folder of its own. */
export interface Adopter {
  /** Folder below test/adopters. */
  name: string
  /** What WeChat would be given. */
  app: string
}

export const ADOPTERS: Adopter[] = [
  { name: 'webpack', app: 'dist/app.js' },
  { name: 'uni-app', app: 'dist/build/mp-weixin/app.js' },
  { name: 'taro', app: 'dist/app.js' },
]
