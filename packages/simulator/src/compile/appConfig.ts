/** The parts of app.json that the preview reads. */
export interface AppConfig {
  pages: string[]
  window?: Record<string, unknown>
  tabBar?: Record<string, unknown>
  darkmode?: boolean
  themeLocation?: string
  usingComponents?: Record<string, string>
}

/** A page or a component: four files of one name. */
export interface Part {
  /** `pages/files/files` */
  path: string
  kind: 'page' | 'component'
  config: Record<string, unknown> & { usingComponents?: Record<string, string> }
}

export interface AppFiles {
  config: AppConfig
  /** theme.json, if the app has one. */
  theme: { light: Record<string, string>; dark: Record<string, string> } | undefined
  parts: Part[]
}
