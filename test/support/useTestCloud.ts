import type { LocalCloudOptions } from '@miniprogram-cos/local-cloud'
import { startTestCloud, type TestCloud } from './testCloud'

/**
 * A local cloud for the tests of the calling file, closed after them. Its properties are set once the tests run.
 * @param per each test of the file can have a cloud of its own. @default 'file'
 */
export function useTestCloud(
  options: Partial<LocalCloudOptions> = {},
  per: 'file' | 'test' = 'file',
): TestCloud {
  const cloud = {} as TestCloud
  const start = async () => {
    Object.assign(cloud, await startTestCloud(options))
  }
  const end = () => cloud.end()
  if (per === 'file') {
    beforeAll(start)
    afterAll(end)
  } else {
    beforeEach(start)
    afterEach(end)
  }
  return cloud
}
