import { writeXml } from '../xml/writeXml'
import type { RequestParts } from './operation'

/** A document under its root element. */
export function xmlBody(root: string, content: unknown): RequestParts {
  return { body: writeXml({ [root]: content || '' }) }
}
