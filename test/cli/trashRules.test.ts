import COS from 'cos-nodejs-sdk-v5'
import { emptyTrash, keptTrash } from '../../packages/cli/src/cloud/bucketSettings'
import { BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'

const PLACE = { Bucket: BUCKET, Region: REGION }
/** A rule of the developer for the whole bucket. */
const MINE = { ID: 'mine', Status: 'Enabled' as const, Filter: {}, Expiration: { Days: 10 } }

const cloud = useTestCloud()

test('a rule of an earlier configuration does not empty the trash sooner', async () => {
  const cos = new COS({ ...ROOT_KEY, Proxy: cloud.cos, Protocol: 'http:' })
  const part = { prefix: '.trash/private/', days: 30 }
  await cos.putBucketLifecycle({ ...PLACE, Rules: [MINE] })
  await emptyTrash(cos, PLACE, [{ prefix: '.trash/', days: 7 }])
  await emptyTrash(cos, PLACE, [{ prefix: '.trash/open/', days: 3 }])
  expect(await keptTrash(cos, PLACE, [part])).toEqual([part])
  await emptyTrash(cos, PLACE, [part])
  expect(await keptTrash(cos, PLACE, [part])).toEqual([])
  const { Rules } = await cos.getBucketLifecycle(PLACE)
  expect(Rules.map(({ ID, Expiration }) => [ID, Expiration?.Days])).toEqual([
    ['mine', '10'],
    ['empty .trash/', '30'],
    ['empty .trash/open/', '3'],
    ['empty .trash/private/', '30'],
  ])
})
