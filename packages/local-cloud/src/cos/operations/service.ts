import { xmlAnswer } from '../answer'
import type { Handlers } from './operation'

export const service: Handlers = {
  async getService({ request, store, keys }) {
    const buckets = store.buckets
      .list()
      .filter(({ region }) => request.region === undefined || region === request.region)
    return xmlAnswer({
      ListAllMyBucketsResult: {
        Owner: {
          ID: `qcs::cam::uin/${keys.ownerUin}:uin/${keys.ownerUin}`,
          DisplayName: keys.ownerUin,
        },
        Buckets: {
          Bucket: buckets.map(({ name, region, created }) => ({
            Name: name,
            Location: region,
            CreationDate: created,
            BucketType: 'cos',
          })),
        },
      },
    })
  },
}
