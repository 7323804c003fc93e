import * as xml from './xml'

/**
 * Reading and writing XML. On phones it is loaded with the first document: a small upload that succeeds has none. See
 * scripts/build/client.ts.
 */
export const loadXml = (): typeof xml => xml
