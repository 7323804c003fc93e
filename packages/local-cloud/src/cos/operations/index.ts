import { bucket } from './bucket'
import { copy } from './copy'
import { deleteObject } from './deleteObject'
import { getBucket } from './getBucket'
import { getObject } from './getObject'
import { multipart } from './multipart'
import type { Handlers } from './operation'
import { optionsObject } from './optionsObject'
import { postObject } from './postObject'
import { putObject } from './putObject'
import { service } from './service'

/** What the local COS does, by the operation's name in the protocol's table. */
export const handlers: Handlers = {
  ...service,
  ...bucket,
  ...getBucket,
  ...putObject,
  ...postObject,
  ...getObject,
  ...deleteObject,
  ...copy,
  ...optionsObject,
  ...multipart,
}
