const COS = require('miniprogram-cos')

const media = COS.cloud({ functionName: 'cos-credentials' })
const archive = COS.cloud({ functionName: 'archive-credentials' })

/** Moves an object to the other bucket through the phone. @returns its new key */
async function moveToArchive(Key) {
  const { prefix } = await archive.caller() // archive/<openid>/
  const archived = prefix + Key.split('/').pop()
  const { Body, headers } = await media.getObject({ Key, DataType: 'arraybuffer' })
  await archive.putObject({ Key: archived, Body, ContentType: headers['content-type'] })
  await media.deleteObject({ Key })
  return archived
}

module.exports = { moveToArchive }
