import type { Examples } from './objects'

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

/** Bucket settings: put, read and removed as a whole. */
export const settings = {
  async putBucketCors({ cos }) {
    await cos.putBucketCors({
      CORSRules: [
        {
          AllowedOrigins: ['https://example.com'],
          AllowedMethods: ['GET'],
          AllowedHeaders: ['*'],
          ExposeHeaders: ['ETag'],
          MaxAgeSeconds: 600,
        },
      ],
    })
  },

  async getBucketCors({ cos }) {
    const { CORSRules } = await cos.getBucketCors({})
    console.log(CORSRules)
  },

  async deleteBucketCors({ cos }) {
    await cos.deleteBucketCors({})
  },

  async putBucketPolicy({ cos, Bucket, Region }) {
    await cos.putBucketPolicy({
      Policy: {
        version: '2.0',
        statement: [
          {
            effect: 'allow',
            principal: { qcs: ['qcs::cam::anyone:anyone'] },
            action: ['name/cos:GetObject'],
            resource: [`qcs::cos:${Region}:uid/1250000000:${Bucket}/open/*`],
          },
        ],
      },
    })
  },

  async getBucketPolicy({ cos }) {
    const { Policy } = await cos.getBucketPolicy({})
    console.log(Policy)
  },

  async deleteBucketPolicy({ cos }) {
    await cos.deleteBucketPolicy({})
  },

  async putBucketTagging({ cos }) {
    await cos.putBucketTagging({
      Tags: [{ Key: 'team', Value: 'photos' }],
    })
  },

  async getBucketTagging({ cos }) {
    const { Tags } = await cos.getBucketTagging({})
    console.log(Tags)
  },

  async deleteBucketTagging({ cos }) {
    await cos.deleteBucketTagging({})
  },

  async putBucketLifecycle({ cos }) {
    await cos.putBucketLifecycle({
      Rules: [
        {
          ID: 'unfinished uploads',
          Status: 'Enabled',
          Filter: { Prefix: '' },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
        },
      ],
    })
  },

  async getBucketLifecycle({ cos }) {
    const { Rules } = await cos.getBucketLifecycle({})
    console.log(Rules)
  },

  async deleteBucketLifecycle({ cos }) {
    await cos.deleteBucketLifecycle({})
  },

  async putBucketVersioning({ cos }) {
    await cos.putBucketVersioning({
      VersioningConfiguration: { Status: 'Enabled' },
    })
  },

  async getBucketVersioning({ cos }) {
    const { VersioningConfiguration } = await cos.getBucketVersioning({})
    console.log(VersioningConfiguration)
  },

  async putBucketReplication({ cos }) {
    // Both buckets must keep versions.
    await cos.putBucketVersioning({ VersioningConfiguration: { Status: 'Enabled' } })
    await cos.putBucketReplication({
      ReplicationConfiguration: {
        Role: 'qcs::cam::uin/100000000001:uin/100000000001',
        Rules: [
          {
            ID: 'all',
            Status: 'Enabled',
            Prefix: '',
            Destination: { Bucket: 'qcs::cos:ap-beijing::copies-1250000000' },
          },
        ],
      },
    })
  },

  async getBucketReplication({ cos }) {
    const { ReplicationConfiguration } = await cos.getBucketReplication({})
    console.log(ReplicationConfiguration)
  },

  async deleteBucketReplication({ cos }) {
    await cos.deleteBucketReplication({})
  },

  async putBucketWebsite({ cos }) {
    await cos.putBucketWebsite({
      WebsiteConfiguration: {
        IndexDocument: { Suffix: 'index.html' },
        ErrorDocument: { Key: '404.html' },
      },
    })
  },

  async getBucketWebsite({ cos }) {
    const { WebsiteConfiguration } = await cos.getBucketWebsite({})
    console.log(WebsiteConfiguration)
  },

  async deleteBucketWebsite({ cos }) {
    await cos.deleteBucketWebsite({})
  },

  async putBucketReferer({ cos }) {
    await cos.putBucketReferer({
      RefererConfiguration: {
        Status: 'Enabled',
        RefererType: 'White-List',
        DomainList: { Domains: ['servicewechat.com'] },
        EmptyReferConfiguration: 'Deny',
      },
    })
  },

  async getBucketReferer({ cos }) {
    const { RefererConfiguration } = await cos.getBucketReferer({})
    console.log(RefererConfiguration)
  },

  async putBucketDomain({ cos }) {
    await cos.putBucketDomain({
      DomainRule: [{ Status: 'ENABLED', Name: 'files.example.com', Type: 'REST' }],
    })
  },

  async getBucketDomain({ cos }) {
    const { DomainRule } = await cos.getBucketDomain({})
    console.log(DomainRule)
  },

  async deleteBucketDomain({ cos }) {
    await cos.deleteBucketDomain({})
  },

  async putBucketOrigin({ cos }) {
    await cos.putBucketOrigin({
      OriginRule: [
        {
          OriginType: 'Mirror',
          OriginCondition: { HTTPStatusCode: '404', Prefix: '' },
          OriginParameter: { Protocol: 'HTTPS', FollowQueryString: 'true' },
          OriginInfo: { HostInfo: { HostName: 'origin.example.com' } },
        },
      ],
    })
  },

  async getBucketOrigin({ cos }) {
    const { OriginRule } = await cos.getBucketOrigin({})
    console.log(OriginRule)
  },

  async deleteBucketOrigin({ cos }) {
    await cos.deleteBucketOrigin({})
  },

  async putBucketLogging({ cos, Bucket }) {
    await cos.putBucketLogging({
      BucketLoggingStatus: { LoggingEnabled: { TargetBucket: Bucket, TargetPrefix: 'logs/' } },
    })
  },

  async getBucketLogging({ cos }) {
    const { BucketLoggingStatus } = await cos.getBucketLogging({})
    console.log(BucketLoggingStatus)
  },

  async putBucketAccelerate({ cos }) {
    await cos.putBucketAccelerate({
      AccelerateConfiguration: { Status: 'Enabled' },
    })
  },

  async getBucketAccelerate({ cos }) {
    const { AccelerateConfiguration } = await cos.getBucketAccelerate({})
    console.log(AccelerateConfiguration)
  },

  async putBucketIntelligentTiering({ cos }) {
    await cos.putBucketIntelligentTiering({
      IntelligentTieringConfiguration: {
        Status: 'Enabled',
        Transition: { Days: '30', RequestFrequent: '1' },
      },
    })
  },

  async getBucketIntelligentTiering({ cos }) {
    const { IntelligentTieringConfiguration } = await cos.getBucketIntelligentTiering({})
    console.log(IntelligentTieringConfiguration)
  },

  async putBucketEncryption({ cos }) {
    await cos.putBucketEncryption({
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    })
  },

  async getBucketEncryption({ cos }) {
    const { EncryptionConfiguration } = await cos.getBucketEncryption({})
    console.log(EncryptionConfiguration)
  },

  async deleteBucketEncryption({ cos }) {
    await cos.deleteBucketEncryption({})
  },

  async putBucketStrictSignature({ cos }) {
    await cos.putBucketStrictSignature({
      Rules: [{ ID: 'reads', actionlist: { action: ['name/cos:GetObject'] } }],
    })
  },

  async getBucketStrictSignature({ cos }) {
    const { Rules } = await cos.getBucketStrictSignature({})
    console.log(Rules)
  },

  async deleteBucketStrictSignature({ cos }) {
    await cos.deleteBucketStrictSignature({})
  },
} satisfies Examples

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
