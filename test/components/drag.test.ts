import { Drag } from '../../packages/components/src/cos-uploader/drag'

test('moves a row past rows of other heights', () => {
  const drag = new Drag(0, 100, [60, 120, 60])
  expect(drag.move(150)).toBe(false)
  expect([drag.index, drag.offset]).toEqual([0, 50])
  expect(drag.move(161)).toBe(true)
  expect([drag.index, drag.offset]).toEqual([1, -59])
  expect(drag.move(255)).toBe(true)
  expect([drag.index, drag.offset]).toEqual([2, -25])
})

test('moves a row back, and not beyond the ends', () => {
  const drag = new Drag(1, 100, [60, 60])
  expect(drag.move(300)).toBe(false)
  expect(drag.move(65)).toBe(true)
  expect(drag.index).toBe(0)
  expect(drag.move(-200)).toBe(false)
})
