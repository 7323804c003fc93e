import { createHash } from 'node:crypto'
import { readRules } from '@miniprogram-cos/server'
import fc from 'fast-check'
import type {
  BucketAccess,
  ListedFile,
  ObjectHead,
} from '../../packages/server/src/services/bucketAccess'
import { HookRunner, type UploadRecord } from '../../packages/server/src/services/hookRunner'
import { reconcileRecords } from '../../packages/server/src/services/reconcile'
import { memoryRecords, type RecordStore } from '../../packages/server/src/services/records'

const KEYS = ['a', 'b', 'c'].map((name) => `files/oA/${name}`)

/** What may happen to one key, at any time and in any order. */
type Event =
  | { kind: 'upload'; key: string; content: number; type: string }
  | { kind: 'delete'; key: string }
  /** With the ETag of the object, a wrong one, or none; a lost confirmation is one that never comes. */
  | { kind: 'confirm'; key: string; etag: 'right' | 'wrong' | 'none'; times: number }
  | { kind: 'reconcile' }

const key = fc.constantFrom(...KEYS)
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('upload'),
      key,
      content: fc.nat(3),
      type: fc.constantFrom('text/plain', 'text/html'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('delete'), key }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('confirm'),
      key,
      etag: fc.constantFrom('right', 'wrong', 'none'),
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reconcile') }) },
)

/** A step of an app's hook or of the platform that goes wrong: the n-th of its kind. */
const faults = fc.record({
  /** The hook throws before it has written its record. */
  hooksThatThrow: fc.array(fc.nat(8), { maxLength: 3 }),
  /** The instance ends after the hook: what it returned is not recorded, and its lease stays. */
  instancesThatEnd: fc.array(fc.nat(8), { maxLength: 2 }),
})

class World {
  time = 1_700_000_000_000
  readonly objects = new Map<string, ObjectHead>()
  /** What the app's hooks keep in their own collection: key -> ETag and type. */
  readonly appRecords = new Map<string, string>()
  readonly running = new Set<string>()
  readonly store = memoryRecords<UploadRecord>()
  /** Runs of hooks whose instance has ended, by the version of their record. */
  readonly ended = new Set<string>()
  hooks = 0
  ends = 0
  overlaps = 0
  isFaulty = true

  constructor(
    readonly faults: { hooksThatThrow: number[]; instancesThatEnd: number[] },
    readonly delay: () => number,
  ) {}

  readonly clock = {
    now: () => this.time,
    sleep: async (milliseconds: number) => {
      this.time += milliseconds
      await this.pause()
    },
  }

  /** Lets others run: a few turns of the event loop, as the schedule says. */
  async pause(): Promise<void> {
    for (let turns = this.delay(); turns >= 0; turns--) await Promise.resolve()
  }

  readonly bucket: BucketAccess = {
    head: async (key) => {
      await this.pause()
      return this.objects.get(key)
    },
    list: (prefix) => this.list(prefix),
    remove: async (key) => {
      this.objects.delete(key)
    },
  }

  async *list(prefix: string): AsyncIterable<ListedFile> {
    await this.pause()
    for (const [key, object] of [...this.objects]) {
      if (key.startsWith(prefix)) yield { key, ...object }
      await this.pause()
    }
  }

  readonly rules = readRules({
    'files/{openid}/**': {
      owner: ['write'],
      onUpload: ({ key, etag, type }) =>
        this.#exclusively(key, () => this.appRecords.set(key, `${etag} ${type}`)),
      onDelete: ({ key }) => this.#exclusively(key, () => this.appRecords.delete(key)),
    },
  })

  async #exclusively(key: string, write: () => unknown): Promise<string> {
    if (this.running.has(key)) this.overlaps++
    this.running.add(key)
    const mine = this.hooks++
    await this.pause()
    try {
      if (this.isFaulty && this.faults.hooksThatThrow.includes(mine)) throw new Error('hook')
      write()
      await this.pause()
      return key
    } finally {
      this.running.delete(key)
    }
  }

  /** The records, of which an instance that ends writes nothing any more. */
  readonly records: RecordStore<UploadRecord> = {
    ...this.store,
    put: async (id, value, version) => {
      await this.pause()
      const run = `${id} ${version}`
      const isLast = value.lease === 0 && !this.ended.has(run)
      if (isLast && this.faults.instancesThatEnd.includes(this.ends++)) this.ended.add(run)
      if (this.isFaulty && this.ended.has(run)) throw new Error('the instance ended')
      return this.store.put(id, value, version)
    },
    get: async (id) => {
      await this.pause()
      return this.store.get(id)
    },
  }

  async apply(event: Event): Promise<void> {
    await this.pause()
    this.time += 400
    if (event.kind === 'upload') {
      const etag = `"${createHash('md5').update(String(event.content)).digest('hex')}"`
      const modified = Math.floor(this.time / 1000) * 1000
      const { content: size, type } = event
      this.objects.set(event.key, { etag, modified, size, type, metadata: {} })
    } else if (event.kind === 'delete') this.objects.delete(event.key)
    else if (event.kind === 'reconcile') await this.reconcile(1)
    else {
      const uploads = new HookRunner(this.rules, this.bucket, this.records, this.clock)
      const rule = uploads.ruleOf(event.key)
      const present = this.objects.get(event.key)?.etag
      const etag = { right: present, wrong: '"forged"', none: undefined }[event.etag]
      if (!rule) throw new Error('no rule')
      const confirm = () => uploads.sync(rule, event.key, { OPENID: 'oA' }, etag).catch(() => {})
      await Promise.all(Array.from({ length: event.times }, confirm))
    }
  }

  async reconcile(olderThan = 0): Promise<void> {
    await reconcileRecords(this.rules, this.bucket, this.records, { olderThan }, this.clock).catch(
      (error) => {
        if (!this.isFaulty) throw error
      },
    )
  }
}

test('after reconcile the records equal the bucket, whatever happened before', async () => {
  let hookRuns = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 1, maxLength: 12 }),
      faults,
      fc.infiniteStream(fc.nat(6)),
      async (events, planned, delays) => {
        const world = new World(planned, () => delays.next().value ?? 0)
        await Promise.all(events.map((one) => world.apply(one)))
        expect(world.overlaps).toBe(0)
        // Whatever ended without a trace is over.
        world.isFaulty = false
        world.time += 200_000
        await Promise.all([world.reconcile(), world.reconcile()])
        const present = [...world.objects].map(([key, { etag, type }]) => [key, `${etag} ${type}`])
        expect(Object.fromEntries(world.appRecords)).toEqual(Object.fromEntries(present))
        expect(world.overlaps).toBe(0)
        const before = world.hooks
        await world.reconcile()
        expect(world.hooks).toBe(before)
        hookRuns += world.hooks
      },
    ),
    { numRuns: 1000 },
  )
  expect(hookRuns).toBeGreaterThan(1000)
})
