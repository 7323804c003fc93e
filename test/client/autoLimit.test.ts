import { VirtualClock, Wire, type WireOptions } from '@miniprogram-cos/simulator'
import { runPool } from '../../packages/client/src/concurrency'
import { AutoLimit } from '../../packages/client/src/tasks/autoLimit'

const MIB = 1024 * 1024

/** Each connection is slow; the line has bandwidth for eight of them. */
const SLOW_CONNECTIONS = { roundTrip: 200, up: 50e6, perConnection: 6e6 }
/** A single connection uses all of the bandwidth. */
const FULL_LINE = { roundTrip: 50, up: 10e6 }

/** Sends parts over simulated lines, one line after the other, in virtual time. */
async function send(lines: [parts: number, line: WireOptions][], limit: AutoLimit | number) {
  const clock = new VirtualClock(0)
  const limits: number[] = []
  for (const [count, options] of lines) {
    const wire = new Wire(options, clock)
    const parts = Array.from({ length: count }, (_, i) => i)
    const current = () => (typeof limit === 'number' ? limit : limit._current)
    await runPool(parts, current, async () => {
      const ended = typeof limit === 'number' ? undefined : limit.begin(clock.now())
      await wire.send(MIB, 'request').done
      await wire.receive(0, 'request').done
      ended?.(MIB, clock.now())
      limits.push(current())
    })
  }
  return { milliseconds: clock.now(), limits, last: limits.slice(-20) }
}

test('raises the limit to 8 if each connection is slow, and halves the time', async () => {
  const auto = await send([[20, SLOW_CONNECTIONS]], new AutoLimit())
  const three = await send([[20, SLOW_CONNECTIONS]], 3)
  expect(Math.max(...auto.limits)).toBe(8)
  expect(auto.milliseconds / three.milliseconds).toBeLessThan(0.5)
})

test('keeps the limit at the maximum, apart from occasional trials with fewer parts', async () => {
  const auto = await send([[400, SLOW_CONNECTIONS]], new AutoLimit())
  const eight = await send([[400, SLOW_CONNECTIONS]], 8)
  expect(Math.min(...auto.last)).toBeGreaterThanOrEqual(7)
  expect(auto.milliseconds / eight.milliseconds).toBeLessThan(1.05)
})

test('lowers the limit if one connection fills the line, without losing speed', async () => {
  const auto = await send([[100, FULL_LINE]], new AutoLimit())
  const three = await send([[100, FULL_LINE]], 3)
  expect(Math.max(...auto.last)).toBeLessThanOrEqual(3)
  expect(auto.milliseconds / three.milliseconds).toBeLessThan(1.01)
})

test('does not raise the limit if parts would then time out', async () => {
  const weak = { roundTrip: 300, up: 0.75e6, perConnection: 0.336e6 }
  const auto = await send([[20, weak]], new AutoLimit())
  const three = await send([[20, weak]], 3)
  expect(Math.max(...auto.limits)).toBeLessThanOrEqual(4)
  expect(auto.milliseconds / three.milliseconds).toBeLessThan(1.05)
})

test('settles on a value in between if that is fastest', async () => {
  const fiveFit = { roundTrip: 100, up: 20e6, perConnection: 4e6 }
  const auto = await send([[200, fiveFit]], new AutoLimit())
  const best = await send([[200, fiveFit]], 8)
  expect(Math.max(...auto.last)).toBeLessThanOrEqual(7)
  expect(Math.min(...auto.last)).toBeGreaterThanOrEqual(4)
  expect(auto.milliseconds / best.milliseconds).toBeLessThan(1.1)
})

test('adapts when the phone changes networks', async () => {
  const limit = new AutoLimit()
  expect(Math.max(...(await send([[80, FULL_LINE]], limit)).last)).toBeLessThanOrEqual(3)
  expect(Math.min(...(await send([[120, SLOW_CONNECTIONS]], limit)).last)).toBeGreaterThan(6)
  expect(Math.max(...(await send([[150, FULL_LINE]], limit)).last)).toBeLessThanOrEqual(3)
})

test('tolerates occasional failures and random differences in speed', async () => {
  let seed = 1
  const limit = new AutoLimit()
  const clock = { now: 0 }
  // Parts in groups, each a third faster or slower by chance; one in ten fails.
  for (let group = 0; group < 60; group++) {
    const count = limit._current
    const ends = Array.from({ length: count }, () => limit.begin(clock.now))
    for (const end of ends) {
      seed = (seed * 48_271) % 2_147_483_647
      const speed = 0.67 + (seed % 1000) / 1500
      end(seed % 10 === 0 ? 0 : MIB, clock.now + 1000 / speed)
    }
    clock.now += 2000
    expect(limit._current).toBeGreaterThanOrEqual(2)
    expect(limit._current).toBeLessThanOrEqual(8)
  }
  expect(limit._current).toBeGreaterThanOrEqual(6)
})
