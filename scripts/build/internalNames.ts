/**
 * Properties that never leave the client, which minified files may call by a letter, besides those that begin with
 * `_`: fields of internal interfaces, and exports of files that are loaded later, which read better without one. They
 * are not public, not WeChat's, not a word of COS or of a cloud function, and not stored on the phone. The package's
 * test compares them with the declarations and the texts of the built files. Without the list the client is 4 % larger.
 */
export const INTERNAL_NAMES = `
  abortDownload abortUpload access addMd5 announce AutoLimit begin buildRequest children chunk clock common
  compareFile completeUpload confirmByHead contentMd5 contentType copies core covers createCrc64 credential current
  decideRetry emptyIfMissing errorOfStatus escapeXml events fileSize findOfficialUpload flattened flush freeUpload
  getObjectContent hmacSha1 idempotent info isCloud isContent isFinished isFixed isOpen isRepeated isRunning isScoped
  isStopped isWide keyTime listParts locate location mapFailure mapping md5InTurns memo narrow needs objectUrl
  officialUtil onChange onHashed onIdle onLoaded onRepeat onRestart onRetry operation operations otherUrl outcome
  ownHeadersWin parseResponse partLimit parts partSizeFor paths place placing planParts prepared query readXml
  recovered refuseKey release requestAny requests restart resultField resumeSources rootElement running scopeReaders
  serviceError settle signedPrefix signs statedCrc64 statedMd5 staticAuthorization stepOf StoredList stringToSign
  subresource taken target tries unfinished uploadInParts verifyContent writeXml
`
  .trim()
  .split(/\s+/)
