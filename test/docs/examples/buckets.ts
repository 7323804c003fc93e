import type { Examples } from './example'

/** Buckets and what is in them. */
export const buckets = {
  async getService({ cos }) {
    const { Buckets } = await cos.getService({})
    console.log(Buckets.map(({ Name, Location }) => `${Name} ${Location}`))
  },

  async putBucket({ cos }) {
    await cos.putBucket({ Bucket: 'albums-1250000000', Region: 'ap-guangzhou' })
  },

  async headBucket({ cos }) {
    const { headers } = await cos.headBucket({})
    console.log(headers['x-cos-bucket-region'])
  },

  async getBucket({ cos }) {
    let Marker = ''
    do {
      const page = await cos.getBucket({ Prefix: 'photos/', Delimiter: '/', Marker })
      console.log(page.Contents.map(({ Key }) => Key))
      Marker = page.IsTruncated === 'true' ? (page.NextMarker ?? '') : ''
    } while (Marker)
  },

  async deleteBucket({ cos }) {
    await cos.deleteBucket({ Bucket: 'albums-1250000000', Region: 'ap-guangzhou' })
  },

  async listObjectVersions({ cos }) {
    const { Versions, DeleteMarkers } = await cos.listObjectVersions({ Prefix: 'photos/' })
    console.log(Versions.length, DeleteMarkers.length)
  },

  async putBucketAcl({ cos }) {
    await cos.putBucketAcl({ ACL: 'private' })
  },

  async getBucketAcl({ cos }) {
    const { ACL, Grants } = await cos.getBucketAcl({})
    console.log(ACL, Grants)
  },

  async getBucketLocation({ cos }) {
    const { LocationConstraint } = await cos.getBucketLocation({})
    console.log(LocationConstraint)
  },
} satisfies Examples
