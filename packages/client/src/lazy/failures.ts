import * as failures from '../request/failures'

/** What becomes of requests that fail. On phones it is in the file later.js: see scripts/build/client.ts. */
export const loadFailures = (): typeof failures => failures
