import type { Probe } from '../live/probe'

/** Probes that need a phone. */
export const phoneProbes: Probe[] = [
  {
    id: 'upload-response-headers',
    assumed:
      "Whether WeChat's `uploadFile` delivers the response headers (and so the ETag) on every phone.",
    byHand:
      'In the demo upload a small picture, on Android and iOS: does the page of its details show an ETag?',
  },
  {
    id: 'ranges-of-large-files',
    assumed:
      'Whether reading ranges of files over 100 MB by `open` and `read` works on every phone.',
    byHand: 'In the demo upload a file of 150 MB, on Android and iOS: does it end with Done?',
  },
  {
    id: 'interrupted-before-next',
    assumed:
      'Whether a page whose requests WeChat interrupted is told so by `onAppShow` before the next request fails.',
    byHand:
      'In the demo begin a large upload, leave WeChat for 30 seconds and come back: does it go on by itself?',
  },
  {
    id: 'md5-of-large-files',
    assumed:
      'Whether `getFileInfo` gives the MD5 of a large file quickly on every phone: uploads that go on after a restart of the app are recognised by it.',
    byHand: 'In the demo choose a file of 150 MB again after a restart: how long until it goes on?',
  },
  {
    id: 'shared-sockets',
    assumed:
      'Whether `request`, `uploadFile` and `downloadFile` share one pool of 10 connections, and whether what is beyond it waits or fails.',
    byHand:
      'In the demo upload 20 small files at a time while pictures load: does any row fail at once?',
  },
  {
    id: 'domain-error-texts',
    assumed:
      'Texts and `errno` of a host that is not on a list: `url not in domain list` or 600002, on each platform.',
    byHand:
      'Take the host off one list, and open Isolation → Check on Android, iOS and in DevTools: is the host named as missing?',
  },
]
