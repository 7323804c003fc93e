import { COMPONENT_SIZES, componentSize } from '../../packages/cli/src/wechat/sizes'
import { at } from '../support/root'

test.each(COMPONENT_SIZES)('$name stays within its limit of $limit bytes', ({ name, limit }) => {
  const size = componentSize(at('packages/components/miniprogram_dist', name, name))
  expect(size).toBeLessThanOrEqual(limit)
  // A limit far above the size would say nothing.
  expect(size).toBeGreaterThan(limit * 0.95)
})
