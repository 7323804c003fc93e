import * as multipart from '../upload/multipart'

/**
 * Uploads in parts. On phones they are the file multipart.js, which is loaded with the first file that needs it: see
 * scripts/build/client.ts.
 */
export const loadMultipart = (): typeof multipart => multipart
