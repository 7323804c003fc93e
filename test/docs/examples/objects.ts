import type { Examples } from './example'

/** Objects: content, tags, access control and versions. */
export const objects = {
  async putObject({ cos, Key }) {
    const { ETag } = await cos.putObject({ Key, Body: 'text or an ArrayBuffer' })
    console.log(ETag)
  },

  async postObject({ cos, Key, FilePath }) {
    const { Location } = await cos.postObject({
      Key,
      FilePath,
      onProgress: ({ percent }) => console.log(percent),
    })
    console.log(Location)
  },

  async getObject({ cos, Key }) {
    const { Body } = await cos.getObject({ Key, DataType: 'arraybuffer', Range: 'bytes=0-9' })
    console.log(Body)
  },

  async headObject({ cos, Key }) {
    const { headers, ETag } = await cos.headObject({ Key })
    console.log(headers['content-length'], ETag)
  },

  async deleteObject({ cos, Key }) {
    await cos.deleteObject({ Key })
  },

  async deleteMultipleObject({ cos, Key }) {
    const { Deleted, Error: failed } = await cos.deleteMultipleObject({ Objects: [{ Key }] })
    console.log(Deleted.length, failed.length)
  },

  async putObjectCopy({ cos, CopySource }) {
    // <Bucket>.cos.<Region>.myqcloud.com/<percent-encoded key>
    const { ETag } = await cos.putObjectCopy({ Key: 'copy.txt', CopySource })
    console.log(ETag)
  },

  async optionsObject({ cos, Key }) {
    const { OptionsForbidden } = await cos.optionsObject({
      Key,
      Origin: 'https://example.com',
      AccessControlRequestMethod: 'GET',
    })
    console.log(OptionsForbidden === true)
  },

  async appendObject({ cos }) {
    const { headers } = await cos.appendObject({
      Key: 'log.txt',
      Position: 0,
      Body: 'first line\n',
    })
    const Position = Number(headers['x-cos-next-append-position'])
    await cos.appendObject({ Key: 'log.txt', Position, Body: 'second line\n' })
  },

  async putObjectAcl({ cos, Key }) {
    await cos.putObjectAcl({ Key, ACL: 'public-read' })
  },

  async getObjectAcl({ cos, Key }) {
    const { ACL, Grants } = await cos.getObjectAcl({ Key })
    console.log(ACL, Grants)
  },

  async putObjectTagging({ cos, Key }) {
    await cos.putObjectTagging({ Key, Tags: [{ Key: 'album', Value: 'summer' }] })
  },

  async getObjectTagging({ cos, Key }) {
    const { Tags } = await cos.getObjectTagging({ Key })
    console.log(Tags)
  },

  async deleteObjectTagging({ cos, Key }) {
    await cos.deleteObjectTagging({ Key })
  },

  async restoreObject({ cos, Key }) {
    await cos.restoreObject({
      Key,
      RestoreRequest: { Days: 1, CASJobParameters: { Tier: 'Expedited' } },
    })
  },
} satisfies Examples
