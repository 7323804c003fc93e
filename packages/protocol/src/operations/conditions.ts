/** Headers that make a read conditional, or of a part only. */
export const CONDITIONS = 'Range If-Modified-Since If-Unmodified-Since If-Match If-None-Match'
