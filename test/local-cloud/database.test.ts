import { startLocalCloud } from '@miniprogram-cos/local-cloud'
import { useDatabaseFunction } from '../support/databaseFunction'
import { BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'

const sdk = useDatabaseFunction()
const cloud = useTestCloud({
  functions: [sdk.deployed],
  collections: ['files', 'people', 'counters'],
})

beforeEach(() => cloud.reset())

const PEOPLE = [
  { _id: 'a', name: 'Ann', age: 30, tags: ['x', 'y'], home: { city: 'Gz' }, scores: [{ n: 1 }] },
  { _id: 'b', name: 'Bob', age: 41, tags: ['y'], home: { city: 'Sh' }, scores: [{ n: 5 }] },
  { _id: 'c', name: 'Cid', age: 52, tags: [], note: null },
  { _id: 'd', name: 'Dan', age: 63 },
]

function addPeople() {
  return sdk.run(
    cloud,
    async (db, people) => {
      for (const data of people) await db.collection('people').add({ data })
    },
    PEOPLE,
  )
}

const PLAIN = {
  key: '你好/a.png',
  size: 2 ** 40,
  ratio: 1.5,
  negative: -7,
  done: false,
  nothing: null,
  list: [1, 'two', { three: 3 }, [4]],
}

test('adds documents with given or generated ids, and reads them back with their types', async () => {
  const seen = await sdk.run(
    cloud,
    async (db, plain) => {
      const files = db.collection('files')
      const data = {
        ...plain,
        at: new Date(1_700_000_000_000),
        created: db.serverDate(),
        later: db.serverDate({ offset: 60_000 }),
        place: db.Geo.Point(113, 23),
      }
      const { _id } = await files.add({ data })
      const { data: found } = await files.doc(_id).get()
      const given = await files.add({ data: { _id: 'mine', key: 'b' } })
      return {
        id: _id,
        given: given._id,
        found,
        isDate: [found.at instanceof Date, found.created instanceof Date],
        offset: found.later - found.created,
      }
    },
    PLAIN,
  )
  expect(seen.id).toMatch(/^[0-9a-f]{32}$/)
  expect(seen.given).toBe('mine')
  expect(seen.isDate).toEqual([true, true])
  expect(seen.offset).toBe(60_000)
  expect(seen.found).toMatchObject({
    _id: seen.id,
    ...PLAIN,
    at: new Date(1_700_000_000_000).toISOString(),
  })
})

test('answers a missing document, a missing collection and a duplicate id as CloudBase does', async () => {
  const get = sdk.run(cloud, (db) => db.collection('files').doc('none').get())
  await expect(get).rejects.toThrow('document with _id none does not exist')
  const missing = sdk.run(cloud, (db) => db.collection('nowhere').add({ data: { a: 1 } }))
  await expect(missing).rejects.toMatchObject({
    errCode: -502005,
    message: expect.stringContaining('Db or Table not exist: nowhere'),
  })
  const twice = sdk.run(cloud, async (db) => {
    await db.collection('files').add({ data: { _id: 'one' } })
    await db.collection('files').add({ data: { _id: 'one' } })
  })
  await expect(twice).rejects.toMatchObject({ errCode: -502001 })
})

test('creates a collection once', async () => {
  const create = () => sdk.run(cloud, (db) => db.createCollection('made'))
  await create()
  await expect(create()).rejects.toThrow('Table exist: made')
  await sdk.run(cloud, (db) => db.collection('made').add({ data: { a: 1 } }))
  expect(await sdk.run(cloud, (db) => db.collection('made').count())).toMatchObject({ total: 1 })
})

test('finds documents by every comparison, logic and array operator', async () => {
  await addPeople()
  const found = await sdk.run(cloud, async (db) => {
    const _ = db.command
    const ids = async (query: object) =>
      (await db.collection('people').where(query).get()).data.map(({ _id }) => _id).join('')
    return {
      equal: await ids({ age: 30 }),
      eq: await ids({ age: _.eq(41) }),
      neq: await ids({ age: _.neq(41) }),
      gt: await ids({ age: _.gt(41) }),
      gte: await ids({ age: _.gte(41) }),
      lt: await ids({ age: _.lt(41) }),
      lte: await ids({ age: _.lte(41) }),
      in: await ids({ name: _.in(['Ann', 'Dan']) }),
      nin: await ids({ name: _.nin(['Ann', 'Dan']) }),
      range: await ids({ age: _.gt(30).and(_.lt(60)) }),
      either: await ids({ age: _.lt(31).or(_.gt(60)) }),
      or: await ids(_.or([{ name: 'Ann' }, { age: 63 }])),
      and: await ids(_.and([{ tags: 'y' }, { age: _.gt(40) }])),
      nor: await ids(_.nor([{ name: 'Ann' }, { age: 63 }])),
      not: await ids({ age: _.not(_.gt(41)) }),
      exists: await ids({ tags: _.exists(true) }),
      missing: await ids({ tags: _.exists(false) }),
      null: await ids({ note: null }),
      member: await ids({ tags: 'x' }),
      all: await ids({ tags: _.all(['x', 'y']) }),
      size: await ids({ tags: _.size(1) }),
      elemMatch: await ids({ scores: _.elemMatch({ n: _.gt(2) }) }),
      mod: await ids({ age: _.mod(2, 1) }),
      nested: await ids({ home: { city: 'Sh' } }),
      path: await ids({ 'home.city': 'Gz' }),
      regExp: await ids({ name: db.RegExp({ regexp: '^[ab]', options: 'i' }) }),
      literal: await ids({ name: /N$/i }),
    }
  })
  expect(found).toEqual({
    equal: 'a',
    eq: 'b',
    neq: 'acd',
    gt: 'cd',
    gte: 'bcd',
    lt: 'a',
    lte: 'ab',
    in: 'ad',
    nin: 'bc',
    range: 'bc',
    either: 'ad',
    or: 'ad',
    and: 'b',
    nor: 'bc',
    not: 'ab',
    exists: 'abc',
    missing: 'd',
    null: 'abcd',
    member: 'a',
    all: 'a',
    size: 'b',
    elemMatch: 'b',
    mod: 'bd',
    nested: 'b',
    path: 'a',
    regExp: 'ab',
    literal: 'ad',
  })
})

test('compares dates as dates', async () => {
  const found = await sdk.run(cloud, async (db) => {
    const _ = db.command
    const files = db.collection('files')
    for (const day of [1, 2, 3]) {
      await files.add({ data: { _id: `day${day}`, at: new Date(`2026-01-0${day}`) } })
    }
    const query = files.where({ at: _.gte(new Date('2026-01-02')) }).orderBy('at', 'desc')
    return (await query.get()).data.map(({ _id }) => _id)
  })
  expect(found).toEqual(['day3', 'day2'])
})

test('sorts, skips, limits, selects fields and counts', async () => {
  await addPeople()
  const seen = await sdk.run(cloud, async (db) => {
    const people = db.collection('people')
    const page = await people.orderBy('age', 'desc').skip(1).limit(2).field({ name: true }).get()
    const without = await people.where({ _id: 'd' }).field({ name: false }).get()
    const one = await people.doc('a').field({ 'home.city': true }).get()
    const count = await people.where({ age: db.command.gt(40) }).count()
    return { page: page.data, without: without.data, one: one.data, total: count.total }
  })
  expect(seen).toEqual({
    page: [
      { _id: 'c', name: 'Cid' },
      { _id: 'b', name: 'Bob' },
    ],
    without: [{ _id: 'd', age: 63 }],
    one: { _id: 'a', home: { city: 'Gz' } },
    total: 3,
  })
})

test('returns 100 documents by default and 1000 at most, in insertion order', async () => {
  const sizes = await sdk.run(cloud, async (db) => {
    const files = db.collection('files')
    const rows = Array.from({ length: 1005 }, (_, n) => ({ n }))
    await files.add({ data: rows })
    const first = await files.get()
    const most = await files.limit(5000).get()
    return { first: first.data.length, last: first.data.at(-1)?.n, most: most.data.length }
  })
  expect(sizes).toEqual({ first: 100, last: 99, most: 1000 })
})

test('applies every update command', async () => {
  const seen = await sdk.run(cloud, async (db) => {
    const _ = db.command
    const files = db.collection('files')
    const data = {
      _id: 'f',
      n: 2,
      low: 5,
      high: 5,
      gone: 1,
      old: 'name',
      nested: { a: 1, b: 2 },
      whole: { a: 1, b: 2 },
      pushed: [1],
      front: [1],
      popped: [1, 2, 3],
      shifted: [1, 2, 3],
      set: ['x'],
      pulled: [1, 2, 1],
      many: [1, 2, 3, 2],
      sorted: [3],
    }
    await files.add({ data })
    const { stats } = await files.doc('f').update({
      data: {
        n: _.inc(3),
        low: _.min(4),
        high: _.max(9),
        gone: _.remove(),
        old: _.rename('fresh'),
        nested: { a: 10 },
        whole: _.set({ c: 3 }),
        pushed: _.push([2, 3]),
        front: _.unshift([0]),
        popped: _.pop(),
        shifted: _.shift(),
        set: _.addToSet('x'),
        pulled: _.pull(1),
        many: _.pullAll([2, 3]),
        sorted: _.push({ each: [1, 2], sort: 1, slice: 2 }),
        'made.deep': true,
        at: db.serverDate(),
      },
    })
    await files.doc('f').update({ data: { n: _.mul(10), set: _.addToSet('y') } })
    const { data: found } = await files.doc('f').get()
    return { stats, found, isDate: found.at instanceof Date }
  })
  const { at: _at, ...rest } = seen.found
  expect(seen.isDate).toBe(true)
  expect(seen.stats).toEqual({ updated: 1 })
  expect(rest).toEqual({
    _id: 'f',
    n: 50,
    low: 4,
    high: 9,
    fresh: 'name',
    nested: { a: 10, b: 2 },
    whole: { c: 3 },
    pushed: [1, 2, 3],
    front: [0, 1],
    popped: [1, 2],
    shifted: [2, 3],
    set: ['x', 'y'],
    pulled: [2],
    many: [1],
    sorted: [1, 2],
    made: { deep: true },
  })
})

test('updates and removes by a query; set replaces or creates a document', async () => {
  await addPeople()
  const seen = await sdk.run(cloud, async (db) => {
    const _ = db.command
    const people = db.collection('people')
    const none = await people.doc('zzz').update({ data: { a: 1 } })
    const same = await people.doc('a').update({ data: { age: 30 } })
    const many = await people.where({ age: _.gt(40) }).update({ data: { old: true } })
    const removed = await people.where({ age: _.gt(50) }).remove()
    const one = await people.doc('a').remove()
    const again = await people.doc('a').remove()
    const replaced = await people.doc('b').set({ data: { only: 1 } })
    const created = await people.doc('new').set({ data: { only: 2 } })
    const { data: all } = await people.get()
    return {
      stats: [none, same, many, removed, one, again, replaced, created].map(({ stats }) => stats),
      all,
    }
  })
  expect(seen.stats).toEqual([
    { updated: 0 },
    { updated: 0 },
    { updated: 3 },
    { removed: 2 },
    { removed: 1 },
    { removed: 0 },
    { updated: 1, created: 0 },
    { updated: 0, created: 1 },
  ])
  expect(seen.all).toEqual([
    { _id: 'b', only: 1 },
    { _id: 'new', only: 2 },
  ])
})

test('runs aggregations', async () => {
  await addPeople()
  const list = await sdk.run(cloud, async (db) => {
    const $ = db.command.aggregate
    const { list } = await db
      .collection('people')
      .aggregate()
      .match({ age: db.command.gt(35) })
      .group({ _id: null, total: $.sum('$age'), oldest: $.max('$age') })
      .end()
    return list
  })
  expect(list).toEqual([{ _id: null, total: 156, oldest: 63 }])
})

test('commits a transaction as a whole, and discards one that fails or is rolled back', async () => {
  const seen = await sdk.run(cloud, async (db) => {
    const counters = db.collection('counters')
    await counters.add({ data: { _id: 'x', n: 10 } })
    await counters.add({ data: { _id: 'y', n: 0 } })
    const move = (by: number, end: 'commit' | 'throw' | 'rollback') =>
      db.runTransaction(async (transaction) => {
        const own = transaction.collection('counters')
        const { data: x } = await own.doc('x').get()
        await own.doc('x').update({ data: { n: x.n - by } })
        await own.doc('y').update({ data: { n: db.command.inc(by) } })
        await own.add({ data: { _id: `move${by}` } })
        const { data: inside } = await own.doc('y').get()
        if (end === 'throw') throw new Error('no')
        if (end === 'rollback') await transaction.rollback('changed my mind')
        return inside.n
      })
    const committed = await move(3, 'commit')
    const thrown = await move(4, 'throw').catch((error) => error.message)
    const rolledBack = await move(5, 'rollback').catch((reason) => reason)
    const { data: all } = await counters.get()
    return { committed, thrown, rolledBack, all }
  })
  expect(seen).toEqual({
    committed: 3,
    thrown: 'no',
    rolledBack: 'changed my mind',
    all: [{ _id: 'x', n: 7 }, { _id: 'y', n: 3 }, { _id: 'move3' }],
  })
})

test('repeats a transaction that read what another has changed', async () => {
  const seen = await sdk.run(cloud, async (db) => {
    const counters = db.collection('counters')
    await counters.add({ data: { _id: 'n', n: 0 } })
    let runs = 0
    await db.runTransaction(async (transaction) => {
      runs += 1
      const own = transaction.collection('counters')
      const { data } = await own.doc('n').get()
      if (runs === 1) await counters.doc('n').update({ data: { n: 100 } })
      await own.doc('n').update({ data: { n: data.n + 1 } })
    })
    return { runs, n: (await counters.doc('n').get()).data.n }
  })
  expect(seen).toEqual({ runs: 2, n: 101 })
})

test('loses no increment of concurrent calls', async () => {
  await sdk.run(cloud, (db) => db.collection('counters').add({ data: { _id: 'n', n: 0 } }))
  await Promise.all(
    Array.from({ length: 4 }, () =>
      sdk.run(cloud, async (db) => {
        const increment = () =>
          db
            .collection('counters')
            .doc('n')
            .update({ data: { n: db.command.inc(1) } })
        await Promise.all(Array.from({ length: 10 }, increment))
      }),
    ),
  )
  const { data } = await sdk.run(cloud, (db) => db.collection('counters').doc('n').get())
  expect(data).toMatchObject({ n: 40 })
})

test('refuses unsupported features by name', async () => {
  await addPeople()
  const near = sdk.run(cloud, (db) =>
    db
      .collection('people')
      .where({ place: db.command.geoNear({ geometry: db.Geo.Point(113, 23) }) })
      .get(),
  )
  await expect(near).rejects.toThrow('does not imitate the operator $nearSphere')
  const queryInTransaction = sdk.run(cloud, (db) =>
    db.runTransaction((transaction) => transaction.collection('people').where({ age: 30 }).get()),
  )
  await expect(queryInTransaction).rejects.toThrow('does not imitate queries in transactions')
})

test('refuses calls of other CloudBase services by name', async () => {
  const review = sdk.run(cloud, (_db, _input, sdk) =>
    sdk.openapi.security.msgSecCheck({ content: 'text' }),
  )
  await expect(review).rejects.toThrow('does not imitate cloud.openapi (security.msgSecCheck)')
  const call = sdk.run(cloud, (_db, _input, sdk) => sdk.callFunction({ name: 'other' }))
  await expect(call).rejects.toThrow('does not imitate the action functions.invokeFunction')
})

test('refuses a truncated form', async () => {
  const response = await fetch(`${cloud.cloudBase}/admin?env=x`, {
    method: 'POST',
    headers: { 'Content-Type': 'multipart/form-data; boundary=x' },
    body: '--x\r\nContent-Disposition: form-data; name="requestData"\r\n\r\nabc',
  })
  expect(await response.json()).toMatchObject({ code: 'INVALID_PARAM' })
})

test('refuses requests without a valid signature', async () => {
  const body = { action: 'database.getDocument', collectionName: 'people', queryType: 'WHERE' }
  const response = await fetch(`${cloud.cloudBase}/admin?env=x`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(await response.json()).toMatchObject({ code: 'SIGN_PARAM_INVALID' })
  const wrongKey = sdk.run(cloud, async (_db, _input, sdk) => {
    process.env.TENCENTCLOUD_SECRETKEY += 'x'
    try {
      await sdk.database().collection('people').get()
    } finally {
      process.env.TENCENTCLOUD_SECRETKEY = process.env.TENCENTCLOUD_SECRETKEY?.slice(0, -1)
    }
  })
  await expect(wrongKey).rejects.toThrow('SIGN_PARAM_INVALID')
})

test('keeps collections and documents across restarts, in their order', async () => {
  const data = `${cloud.folder}/restarted`
  const open = () =>
    startLocalCloud({
      data,
      root: ROOT_KEY,
      buckets: [{ name: BUCKET, region: REGION }],
      functions: [sdk.deployed],
      onFunctionOutput: () => {},
    })
  const first = await open()
  await sdk.run(first, async (db) => {
    await db.createCollection('kept')
    for (const _id of ['z', 'm', 'a']) {
      await db.collection('kept').add({ data: { _id, at: new Date(5) } })
    }
    await db.collection('kept').doc('m').remove()
  })
  await first.close()
  const second = await open()
  const { data: found } = await sdk.run(second, async (db) => {
    await db.collection('kept').add({ data: { _id: 'late' } })
    return db.collection('kept').get()
  })
  await second.close()
  const at = new Date(5).toISOString()
  expect(found).toEqual([{ _id: 'z', at }, { _id: 'a', at }, { _id: 'late' }])
})

test('the admin page shows the documents', async () => {
  await addPeople()
  const page = await (await fetch(`${cloud.admin}/`)).text()
  expect(page).toContain('<h2>Collection people (4)</h2>')
  expect(page).toContain(
    '{&quot;_id&quot;:&quot;d&quot;,&quot;name&quot;:&quot;Dan&quot;,&quot;age&quot;:63}',
  )
})
