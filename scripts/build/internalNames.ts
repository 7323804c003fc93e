/**
 * Properties that never leave the client, which minified files may call by a letter: they are not public,
 * not WeChat's, not a word of COS or of a cloud function, and not stored on the phone. Whole words; a name
 * that is also one of those belongs elsewhere. The package's test holds them against the declarations and
 * the texts of the built files, and what ships is judged beside cos-wx-sdk-v5 under these short names.
 */
export const INTERNAL_NAMES = `
  _cloud _complete _core _perform _run _task _tasks
  abandon access arrived ask base begin cache callProvider cancel chunk clock contentMd5 copies
  core covers current drop endRound events fixedKey flight flights forget forgive form free
  giveUp group headerList hmacSha1 httpString idempotent info isContent isRunning isScoped
  isTelling isWide keyTime lastId limit listeners locate mayLack memo narrow needs
  official onHashed onLoaded onRepeat onRestart onSent outcome ownHeadersWin paramList parts place placing plan query
  release remember restart row running scopesEach settle signedPrefix signs
  signsEach sourceOf slowest speeds spend spent startNext stays step stringToSign subresource
  succeed target tasks tell trial tries turn unfinished wanted work
`
  .trim()
  .split(/\s+/)
