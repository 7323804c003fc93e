import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { LogEntry } from '@miniprogram-cos/local-cloud'
import { type Preview, type PreviewPhone, startPreview } from '@miniprogram-cos/simulator/preview'
import type { Browser } from 'playwright-core'
import { config } from '../../cos.config'
import { activityOf, describeRequest, previewFaults } from '../../packages/cli/src/dev/preview'
import { domainLists } from '../../packages/cli/src/wechat/domainLists'
import { launchBrowser } from './browser'
import { at } from './root'
import { ALICE, BOB, CREDENTIALS_FUNCTION, HOST, startTestCloud, type TestCloud } from './testCloud'

const ALICES_PHONE = { name: 'Alice', openid: ALICE, language: 'en' }
const BOBS_PHONE = { name: 'Bob', openid: BOB, language: 'en' }

/** What `npm start` runs: a local cloud, and a preview of the demo on two phones. */
export interface TestProject {
  cloud: TestCloud
  preview: Preview
  /** Requests to COS, in order. */
  log: LogEntry[]
  /** A copy of the demo, which a test may change. */
  app: string
  end: () => Promise<void>
}

export async function startTestProject(
  phones: (PreviewPhone & { language: string })[] = [ALICES_PHONE, BOBS_PHONE],
): Promise<TestProject> {
  const log: LogEntry[] = []
  let preview: Preview | undefined
  const cloud = await startTestCloud({
    functions: [CREDENTIALS_FUNCTION],
    onCosRequest(entry) {
      log.push(entry)
      preview?.tell(activityOf(entry, phones))
    },
  })
  const app = join(cloud.folder, 'app')
  cpSync(at('miniprogram'), app, { recursive: true })
  preview = await startPreview({
    root: app,
    phones,
    functions: cloud.functions,
    route: (host) => (host === HOST ? cloud.cos : undefined),
    domains: domainLists(config),
    describe: describeRequest,
    faults: previewFaults(cloud.faults),
    links: [{ title: { en: 'Bucket', zh: '存储桶' }, url: cloud.admin }],
  })
  const shown = preview
  return {
    cloud,
    preview: shown,
    log,
    app,
    async end() {
      await shown.close()
      await cloud.end()
    },
  }
}

/** The same with a browser, for the tests of the calling file. Its properties are set once the tests run. */
export function useTestProject(
  phones?: (PreviewPhone & { language: string })[],
): TestProject & { browser: Browser } {
  const project = {} as TestProject & { browser: Browser }
  beforeAll(async () => {
    const [started, browser] = await Promise.all([startTestProject(phones), launchBrowser()])
    Object.assign(project, started, { browser })
  })
  afterAll(async () => {
    await project.browser?.close()
    await project.end?.()
  })
  return project
}
