import * as failures from '../request/failures'

/** The handling of failed requests. On phones it is in the file later.js: see scripts/build/client.ts. */
export const loadFailures = (): typeof failures => failures
