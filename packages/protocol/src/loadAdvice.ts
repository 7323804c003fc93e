import * as advice from './advice'

/**
 * Loads the advice texts. On phones they are in the file advice.js, which is loaded when an app first reads `advice` of an
 * error. An app that never does may exclude that file from its package: see scripts/build/client.ts.
 */
export const loadAdvice = (): typeof advice => advice
