import type { Examples } from './example'

/** Jobs that list what is in a bucket. */
export const inventory = {
  async putBucketInventory({ cos, Bucket, Region }) {
    await cos.putBucketInventory({
      Id: 'weekly',
      InventoryConfiguration: {
        Id: 'weekly',
        IsEnabled: 'true',
        IncludedObjectVersions: 'Current',
        Schedule: { Frequency: 'Weekly' },
        Destination: {
          COSBucketDestination: {
            AccountId: '100000000001',
            Bucket: `qcs::cos:${Region}::${Bucket}`,
            Format: 'CSV',
          },
        },
      },
    })
  },

  async getBucketInventory({ cos }) {
    const { InventoryConfiguration } = await cos.getBucketInventory({ Id: 'weekly' })
    console.log(InventoryConfiguration)
  },

  async deleteBucketInventory({ cos }) {
    await cos.deleteBucketInventory({ Id: 'weekly' })
  },

  async listBucketInventory({ cos }) {
    const { InventoryConfigurations } = await cos.listBucketInventory({})
    console.log(InventoryConfigurations.length)
  },

  async postBucketInventory({ cos, Bucket, Region }) {
    await cos.postBucketInventory({
      Id: 'weekly',
      InventoryConfiguration: {
        Id: 'weekly',
        IncludedObjectVersions: 'Current',
        Destination: {
          COSBucketDestination: {
            AccountId: '100000000001',
            Bucket: `qcs::cos:${Region}::${Bucket}`,
            Format: 'CSV',
          },
        },
      },
    })
  },
} satisfies Examples
