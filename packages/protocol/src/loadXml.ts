import * as xml from './xml'

/**
 * Loads the XML reader and writer. On phones they are loaded with the first document; a successful small upload has none.
 * See scripts/build/client.ts.
 */
export const loadXml = (): typeof xml => xml
