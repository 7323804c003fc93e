import * as integrity from '../request/integrity'

/** The comparison of content with the digests of COS. On phones it is in the file later.js: see scripts/build/client.ts. */
export const loadIntegrity = (): typeof integrity => integrity
