/**
 * Properties that never leave the client, which minified files may call by a letter: they are not public,
 * not WeChat's, not a word of COS or of a cloud function, and not stored on the phone. Whole words; a name
 * that is also one of those belongs elsewhere. The package's test holds them against the declarations and
 * the texts of the built files, and what ships is judged beside cos-wx-sdk-v5 under these short names.
 */
export const INTERNAL_NAMES = `
  _cloud _complete _core _perform _run _task _tasks abandon access arrived ask base begin
  buildRequest cache callProvider cancel children chunk clock common contentMd5 contentType copies
  core covers current drop emptyIfMissing endRound events fileSize fixedKey flattened flight flights
  forget form free giveUp group hmacSha1 idempotent info isContent isRunning isScoped isTelling
  isWide keyTime lastId limit listeners locate location mapFailure mapping memo narrow needs
  official onHashed onLoaded onRepeat onRestart onSent operation outcome ownHeadersWin parseResponse
  parts place placing plan query refuseKey release remember restart resultField rootElement row
  running scopesEach settle signedPrefix signs signsEach slowest speeds spend spent startNext step
  subresource succeed target tasks tell trial tries turn unfinished wanted work
`
  .trim()
  .split(/\s+/)
