import * as methods from '../methods'

/**
 * The methods that only the full client has. On phones they are the file methods.js, which is loaded
 * at the first call of one of its methods: see scripts/build/client.ts.
 */
export const loadMethods = (): typeof methods => methods
