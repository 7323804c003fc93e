/** How other people build mini programs. */
export interface Adopter {
  /** Folder below test/adopters: a project of its own, or files that replace some of a template's. */
  name: string
  /** Whether it is created from the template of its name. */
  isTemplate: boolean
  /** The app that WeChat would be given. */
  app: string
  /** The interface library whose uploader is on the first page: its packages, and what the user taps to choose a file. */
  kit?: { packages: string[]; chooser: string }
}

export const ADOPTERS: Adopter[] = [
  { name: 'webpack', isTemplate: false, app: 'dist/app.js' },
  {
    name: 'uni-app',
    isTemplate: true,
    app: 'dist/build/mp-weixin/app.js',
    kit: { packages: ['@dcloudio/uni-ui@1.5.12', 'sass@1.77.8'], chooser: '.file-picker__box' },
  },
  {
    name: 'taro',
    isTemplate: true,
    app: 'dist/app.js',
    kit: { packages: ['@nutui/nutui-react-taro@3.0.20'], chooser: '.nut-uploader-upload' },
  },
]
