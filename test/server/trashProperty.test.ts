import { readRules } from '@miniprogram-cos/server'
import fc from 'fast-check'
import type {
  ListedFile,
  ObjectHead,
  TrashBucket,
} from '../../packages/server/src/services/bucketAccess'
import type { Lease } from '../../packages/server/src/services/lease'
import { memoryRecords } from '../../packages/server/src/services/records'
import { readEntry, Trash } from '../../packages/server/src/services/trash'

const KEYS = ['a', 'a/b'].map((name) => `files/oA/${name}`)
const [rule] = readRules({
  'files/{openid}/**': { owner: ['write', 'delete'], trash: '30 days', overwrite: false },
})

/** One call, and after how many of its requests the instance ends; the last of them may still have its effect. */
interface Event {
  kind: 'upload' | 'delete' | 'restore' | 'restoreOver' | 'erase'
  key: string
  /** Turns of the event loop after which it begins. */
  begins: number
  endsAfter: number
  lastHasEffect: boolean
}

const event: fc.Arbitrary<Event> = fc.record({
  kind: fc.constantFrom('upload', 'upload', 'delete', 'delete', 'restore', 'restoreOver', 'erase'),
  key: fc.constantFrom(...KEYS),
  begins: fc.nat(30),
  // Most calls reach their end.
  endsAfter: fc.oneof(
    { weight: 3, arbitrary: fc.constant(99) },
    { weight: 1, arbitrary: fc.nat(9) },
  ),
  lastHasEffect: fc.boolean(),
})

/** A bucket in memory, whose uploads are refused where an object is, as `overwrite: false` makes COS do. */
class World {
  time = 1_700_000_000_000
  readonly objects = new Map<string, ObjectHead>()
  readonly leases = memoryRecords<Lease>()
  /** ETags of uploads that COS accepted, without those that were erased. */
  readonly owed = new Set<string>()
  uploads = 0

  constructor(readonly delay: () => number) {}

  async pause(): Promise<void> {
    for (let turns = this.delay(); turns >= 0; turns--) await Promise.resolve()
  }

  upload(key: string): void {
    if (this.objects.has(key)) return
    const etag = `"${this.uploads++}"`
    const modified = Math.floor(this.time / 1000) * 1000
    this.objects.set(key, { etag, modified, size: 1, type: '', metadata: {} })
    this.owed.add(etag)
  }

  /** The trash as one call uses it, until its instance ends. */
  call({ endsAfter, lastHasEffect }: Event): Trash {
    let requests = 0
    const request = async <Result>(run: () => Result): Promise<Awaited<Result>> => {
      await this.pause()
      const isLast = requests++ === endsAfter
      if (requests > endsAfter && !(isLast && lastHasEffect)) throw new Error('ended')
      const result = await run()
      if (isLast) throw new Error('ended')
      return result
    }
    const { objects, leases } = this
    const files = (prefix: string): ListedFile[] =>
      [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, head]) => ({ key, ...head }))
        .sort((a, b) => (a.key < b.key ? -1 : 1))
    const bucket: TrashBucket = {
      head: (key) => request(() => objects.get(key)),
      source: (key) =>
        request(() => {
          const head = objects.get(key)
          return head && { ...head, key, headers: {} }
        }),
      page: (prefix) => request(() => ({ files: files(prefix) })),
      async *list(prefix) {
        yield* await request(() => files(prefix))
      },
      remove: (key) =>
        request(() => {
          objects.delete(key)
        }),
      copy: ({ key, etag }, to) =>
        request(() => {
          const source = objects.get(key)
          if (source?.etag !== etag) return 'changed'
          if (objects.has(to)) return 'exists'
          objects.set(to, { ...source, modified: Math.floor(this.time / 1000) * 1000 })
          return 'copied'
        }),
    }
    const records = {
      ...leases,
      get: (id: string) => request(() => leases.get(id)),
      put: (id: string, value: Lease, version: number | undefined) =>
        request(() => leases.put(id, value, version)),
      remove: (id: string, version: number) => request(() => leases.remove(id, version)),
    }
    const sleep = async (milliseconds: number) => {
      // The waits of all calls together are less than a lease, as calls are shorter than it.
      this.time += milliseconds / 10
      await this.pause()
    }
    return new Trash(bucket, records, { now: () => this.time, sleep })
  }

  async apply(event: Event): Promise<void> {
    const { kind, key, begins } = event
    for (let turns = begins; turns > 0; turns--) await Promise.resolve()
    if (!rule) throw new Error('no rule')
    const target = { rule, key, seesAll: false }
    const trash = this.call(event)
    if (kind === 'upload') this.upload(key)
    else if (kind === 'delete') await trash.delete(target, 'owner')
    else if (kind !== 'erase') {
      await trash.restore(target, undefined, kind === 'restoreOver' ? 'owner' : undefined)
    } else {
      const { trash: entries } = await trash.list(target, undefined)
      const entry = entries.find(({ Key }) => Key === key)
      if (!entry) return
      const etag = this.objects.get(`.trash/${key}/${entry.TrashId}`)?.etag
      // Whether or not the call ends well, the user wanted it gone.
      this.owed.delete(etag ?? '')
      await trash.erase(target, entry.TrashId)
    }
  }

  present(): Set<string> {
    return new Set([...this.objects.values()].map(({ etag }) => etag))
  }
}

test('no order of uploads, deletions, restores and ends of instances loses an object', async () => {
  let restored = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(event, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 6 }),
      fc.infiniteStream(fc.nat(4)),
      async (rounds, delays) => {
        const world = new World(() => delays.next().value ?? 0)
        for (const events of rounds) {
          await Promise.all(events.map((one) => world.apply(one).catch(() => undefined)))
          // Whoever still holds a lease has ended.
          world.time += 200_000
          expect([...world.owed].filter((etag) => !world.present().has(etag))).toEqual([])
        }
        // What is in the trash can be restored.
        for (const path of [...world.objects.keys()]) {
          const entry = readEntry(path)
          if (!entry || !rule) continue
          const trash = world.call({ ...eventThatEnds, key: entry.key })
          await trash.restore({ rule, key: entry.key, seesAll: false }, entry.id, 'owner')
          restored++
        }
        expect([...world.owed].filter((etag) => !world.present().has(etag))).toEqual([])
      },
    ),
    { numRuns: 1000 },
  )
  expect(restored).toBeGreaterThan(100)
})

const eventThatEnds = { kind: 'restore', begins: 0, endsAfter: 9999, lastHasEffect: true } as const
