import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { outcomeOf, useFakeClock } from '../support/bothClients'
import { AT, createFakePhone } from '../support/fakePhone'
import { CLIENT_FILE } from '../support/phones'
import { COS, KEY, setWx } from '../support/recordingWx'
import { ROOT } from '../support/root'

describe('the cost of each queued upload', () => {
  const child = `${ROOT}/scripts/bench/phoneProcess.js`
  const growthOf = async (measurement: string, flags: string[]): Promise<number> => {
    const args = ['--expose-gc', '--no-warnings', ...flags, child, CLIENT_FILE, measurement]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    return JSON.parse(stdout).growth
  }

  /** Other processes can only slow a run down, so the fastest of up to three runs counts. */
  const leastGrowthOf = async (measurement: string, flags: string[]): Promise<number> => {
    let growth = Number.POSITIVE_INFINITY
    for (let round = 0; round < 3 && growth > 1.2; round++) {
      growth = Math.min(growth, await growthOf(measurement, flags))
    }
    return growth
  }

  const clients: [name: string, measurement: string, flags: string[]][] = [
    ['with JIT', 'queue', []],
    ['without JIT, as on iOS', 'queue', ['--jitless']],
    ['with a listener to list-update', 'queueListened', []],
  ]
  // The processes mostly wait, and measure their CPU time: they run at the same time.
  const growths = new Map<string, Promise<number>>()
  beforeAll(() => {
    for (const [name, measurement, flags] of clients) {
      const growth = leastGrowthOf(measurement, flags)
      growth.catch(() => {})
      growths.set(name, growth)
    }
  })

  test.each(clients)('grows by at most a fifth from 1,000 to 10,000: %s', async (name) => {
    expect(await growths.get(name)).toBeLessThanOrEqual(1.2)
  })
})

describe('the list of tasks', () => {
  useFakeClock()

  const start = (count: number, options: object = {}) => {
    const files = { f: new Uint8Array(1) }
    const phone = createFakePhone({ files, delay: 10 })
    setWx(phone.wx)
    const cos = new COS({ ...KEY, ...options })
    const upload = (Key: string) => cos.uploadFile({ ...AT, Key, FilePath: 'f' })
    const all = Array.from({ length: count }, (_, i) => upload(`${i}`))
    return { cos, upload, all: Promise.all(all), ...phone }
  }

  test('is complete in every event, and contains the final state of every task', async () => {
    const { cos, upload } = start(0)
    const lists: string[][] = []
    cos.on('list-update', ({ list }: { list: { state: string }[] }) => {
      lists.push(list.map(({ state }) => state))
    })
    await outcomeOf(Promise.all(Array.from({ length: 120 }, (_, i) => upload(`${i}`))))
    await jest.advanceTimersByTimeAsync(1000)
    expect(lists.every(({ length }) => length === 120)).toBe(true)
    expect(lists.at(-1)).toEqual(Array(120).fill('success'))
  })

  test('a restarted upload returns to its place in the queue', async () => {
    const { cos, all, requests } = start(5, { FileParallelLimit: 1 })
    const [, second, third] = cos.getTaskList().map(({ id }) => id)
    cos.pauseTask(third as string)
    cos.pauseTask(second as string)
    cos.restartTask(third as string)
    cos.restartTask(second as string)
    await outcomeOf(all)
    const keys = requests.map(({ formData }) => (formData as { key: string }).key)
    expect(keys).toEqual(['0', '1', '2', '3', '4'])
  })
})
