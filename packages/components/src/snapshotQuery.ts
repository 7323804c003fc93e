// Not in signedUrl.ts, which the uploader loads too: it would be larger.

/** Makes COS answer with a snapshot of a video, taken at its first second (media processing). */
export function snapshotQuery(width: number): Record<string, string> {
  return { 'ci-process': 'snapshot', time: '1', format: 'jpg', width: `${width}` }
}
