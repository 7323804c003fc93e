import * as advice from './advice'

/**
 * The texts of advice. On phones they are the file advice.js, which is loaded when an app first reads `advice` of an
 * error. An app that never does may leave that file out of its package: see scripts/build/client.ts.
 */
export const loadAdvice = (): typeof advice => advice
