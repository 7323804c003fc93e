import { t } from './text'

/** The oldest supported version of Node: `engines` in package.json. */
const OLDEST_NODE = 20

export const isOldNode = (version: string) => Number.parseInt(version, 10) < OLDEST_NODE

/**
 * Says which version of Node is needed. Called before anything else is loaded, because older versions cannot load the
 * libraries.
 * @returns whether Node is too old
 */
export function refuseOldNode(): boolean {
  const { node } = process.versions
  if (!isOldNode(node)) return false
  console.error(
    t(
      `miniprogram-cos: Node ${node} is too old: use ${OLDEST_NODE} or later`,
      `miniprogram-cos：Node ${node} 版本过低，请使用 ${OLDEST_NODE} 及以上版本`,
    ),
  )
  process.exitCode = 2
  return true
}
