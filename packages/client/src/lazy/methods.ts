import * as methods from '../methods'

/**
 * What the full client has in addition to the upload-only client. On phones it is the file methods.js, which is loaded
 * at the first call of one of its methods: see scripts/build/client.ts.
 */
export const loadMethods = (): typeof methods => methods
