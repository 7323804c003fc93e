import type { Section } from '../figure'

const peer = 'cos-wx-sdk-v5'

/** What the client costs the phone's logic thread. */
export const CLIENT = {
  title: 'The client in the logic thread',
  how: `Each client in a fresh Node process, in turns, under a \`wx\` that answers at once from memory, so that
nothing but the client is measured. Times are CPU time of that process: what else the machine does is not in them.
What says "no JIT" runs with \`--jitless\`, as an app's JavaScript does on iOS. A standstill is the longest time
between two turns of the event loop, while a 100 MiB file goes up in parts: for so long the app can do nothing else.`,
  figures: {
    'client.load': { what: 'load the package', unit: 'ms', better: 'less', peer, goal: 0.3 },
    'client.heap': { what: 'heap after loading', unit: 'KiB', better: 'less', peer, goal: 0.3 },
    'client.sign': {
      what: 'signatures with one key-time',
      unit: '/s',
      better: 'more',
      peer,
      goal: 2,
      note: 'As a client signs that has a key: what is derived from it is kept.',
    },
    'client.signAnew': {
      what: 'signatures, a new key-time each',
      unit: '/s',
      better: 'more',
      peer,
    },
    'client.request': { what: 'requests made and signed', unit: '/s', better: 'more', peer },
    'client.listing': {
      what: 'a listing of 1,000 keys read',
      unit: 'ms',
      better: 'less',
      peer,
      goal: 0.5,
    },
    'client.queueMemory': {
      what: 'memory of 20 queued 4 MiB uploads by putObject',
      unit: 'MiB',
      better: 'less',
      peer,
      goal: 0.2,
      note: 'File content that is held at the worst moment, counted buffer by buffer.',
    },
    'client.queueMemoryParts': {
      what: 'memory of 20 queued 4 MiB uploads in parts',
      unit: 'MiB',
      better: 'less',
      peer,
      note: 'Both read a part when its turn comes, and three at a time.',
    },
    'client.standstill': {
      what: 'longest standstill during a 100 MiB upload, no JIT',
      unit: 'ms',
      better: 'less',
      peer,
      note: 'The official client hashes every part with MD5 in JavaScript; this one does so on request only.',
    },
    'client.standstillJit': {
      what: 'longest standstill during a 100 MiB upload, with JIT',
      unit: 'ms',
      better: 'less',
      peer,
    },
  },
} satisfies Section
