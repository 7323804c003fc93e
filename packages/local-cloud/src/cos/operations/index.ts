import { acl } from './acl'
import { append } from './append'
import { bucket } from './bucket'
import { configurations } from './configurations'
import { copy } from './copy'
import { deleteObject } from './deleteObject'
import { getBucket } from './getBucket'
import { getObject } from './getObject'
import { multipart } from './multipart'
import type { Handlers } from './operation'
import { optionsObject } from './optionsObject'
import { postObject } from './postObject'
import { putObject } from './putObject'
import { restoreObject } from './restoreObject'
import { service } from './service'
import { tagging } from './tagging'
import { versions } from './versions'

/** What the local COS does, by the operation's name in the protocol's table. */
export const handlers: Handlers = {
  ...service,
  ...bucket,
  ...getBucket,
  ...putObject,
  ...postObject,
  ...getObject,
  ...deleteObject,
  ...restoreObject,
  ...copy,
  ...optionsObject,
  ...multipart,
  ...acl,
  ...append,
  ...configurations,
  ...tagging,
  ...versions,
}
