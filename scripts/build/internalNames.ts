/**
 * Properties that never leave the client, which minified files may call by a letter, besides those that begin with
 * `_`: fields of internal interfaces that read better without one. They are not public, not WeChat's, not a word of
 * COS or of a cloud function, and not stored on the phone. The package's test compares them with the declarations and
 * the texts of the built files. Without the list the client is 3 % larger.
 */
export const INTERNAL_NAMES = `
  access announce begin buildRequest children chunk clock common contentMd5 contentType copies core
  covers current emptyIfMissing events fileSize flattened hmacSha1 idempotent info isCloud isContent
  isFinished isOpen isRepeated isRunning isScoped isStopped isWide keyTime locate location mapFailure mapping
  memo narrow needs onChange onHashed onIdle onLoaded onRepeat onRestart operation outcome
  ownHeadersWin parseResponse parts place placing query refuseKey release requests restart resultField
  resumeSources rootElement running settle signedPrefix signs stringToSign subresource target tries unfinished

`
  .trim()
  .split(/\s+/)
