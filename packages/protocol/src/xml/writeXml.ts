import { escapeXml } from './entities'

/**
 * Writes plain data as XML without declaration or white space. Arrays repeat their element,
 * `undefined` is left out, `null` is `<name/>`.
 *
 * @example writeXml({ Delete: { Quiet: true, Object: [{ Key: 'a' }] } })
 */
export function writeXml(data: object): string {
  let xml = ''
  for (const [name, value] of Object.entries(data)) {
    for (const item of [].concat(value) as unknown[]) {
      if (item === null) xml += `<${name}/>`
      else if (item !== undefined) {
        xml += `<${name}>${typeof item === 'object' ? writeXml(item) : escapeXml(String(item))}</${name}>`
      }
    }
  }
  return xml
}
