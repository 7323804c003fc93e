import * as uploads from '../uploads'

/**
 * Code that only some uploads need. On phones it is in the file later.js, which is loaded with the first file that needs it:
 * see scripts/build/client.ts.
 */
export const loadUploads = (): typeof uploads => uploads
