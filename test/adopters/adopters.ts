/** How other people build mini programs. */
export interface Adopter {
  /** Folder below test/adopters: a project of its own, or files that replace some of a template's. */
  name: string
  /** Whether it is created from the template of its name. */
  isTemplate: boolean
  /** What WeChat would be given. */
  app: string
}

export const ADOPTERS: Adopter[] = [
  { name: 'webpack', isTemplate: false, app: 'dist/app.js' },
  { name: 'uni-app', isTemplate: true, app: 'dist/build/mp-weixin/app.js' },
  { name: 'taro', isTemplate: true, app: 'dist/app.js' },
]
