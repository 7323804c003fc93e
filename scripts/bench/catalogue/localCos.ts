import type { Section } from '../figure'

const FLOOR = 'a bare server'
const THOUSAND = 'with 1,000 keys'

/** The local COS beside the least that could do its work, and beside itself when it is full. */
export const LOCAL_COS = {
  title: 'The local COS',
  how: `The local COS on a disk, in a process of its own, asked over keep-alive connections with signatures that
were made before. Beside it as the floor: a bare \`node:http\` server that writes the same bytes into a file with an
MD5 and does nothing else: no signature, no permission, no CRC64, no flush, no metadata, no listing. What grows is
compared with the same local COS that holds 1,000 keys; three servers with 1,000, 10,000 and 100,000 keys of 1 byte
answer in turns.`,
  figures: {
    'cos.put1': {
      what: 'PUT of 1 MiB',
      unit: 'MB/s',
      better: 'more',
      peer: FLOOR,
      note: 'The flush to the disk, which the bare server leaves out, weighs most where little is written.',
    },
    'cos.put10': { what: 'PUT of 10 MiB', unit: 'MB/s', better: 'more', peer: FLOOR },
    'cos.put100': { what: 'PUT of 100 MiB', unit: 'MB/s', better: 'more', peer: FLOOR, goal: 1 },
    'cos.get100': { what: 'GET of 100 MiB', unit: 'MB/s', better: 'more', peer: FLOOR, goal: 0.8 },
    'cos.putSmall': {
      what: 'PUTs of 1 KiB over 16 connections',
      unit: '/s',
      better: 'more',
      peer: FLOOR,
      goal: 0.7,
    },
    'cos.getSmall': {
      what: 'GETs of 1 KiB over 16 connections',
      unit: '/s',
      better: 'more',
      peer: FLOOR,
      goal: 0.5,
    },
    'cos.list10k': {
      what: '1,000 of 10,000 keys listed',
      unit: 'ms',
      better: 'less',
      peer: THOUSAND,
      isOwnPeer: true,
      goal: 2,
    },
    'cos.list100k': {
      what: '1,000 of 100,000 keys listed',
      unit: 'ms',
      better: 'less',
      peer: THOUSAND,
      isOwnPeer: true,
      goal: 2,
    },
    'cos.putAt10k': {
      what: 'one key put to 10,000',
      unit: 'ms',
      better: 'less',
      peer: THOUSAND,
      isOwnPeer: true,
      goal: 2,
    },
    'cos.putAt100k': {
      what: 'one key put to 100,000',
      unit: 'ms',
      better: 'less',
      peer: THOUSAND,
      isOwnPeer: true,
      goal: 2,
    },
    'cos.getAt10k': {
      what: 'one of 10,000 keys got',
      unit: 'ms',
      better: 'less',
      peer: THOUSAND,
      isOwnPeer: true,
      goal: 2,
    },
    'cos.getAt100k': {
      what: 'one of 100,000 keys got',
      unit: 'ms',
      better: 'less',
      peer: THOUSAND,
      isOwnPeer: true,
      goal: 2,
    },
    'cos.start100k': {
      what: 'start with 100,000 keys',
      unit: 'ms',
      better: 'less',
      goal: 2000,
    },
    'cos.memory100k': {
      what: 'resident memory with 100,000 keys',
      unit: 'MiB',
      better: 'less',
      peer: THOUSAND,
      isOwnPeer: true,
    },
    'cos.loadRate': {
      what: '50,000 mixed requests by 200 clients',
      unit: '/s',
      better: 'more',
    },
    'cos.loadErrors': {
      what: 'of these, failed or answered with another key',
      unit: 'errors',
      better: 'less',
      goal: 0,
    },
    'cos.loadMemory': {
      what: 'resident memory the second half of these adds',
      unit: 'MiB',
      better: 'less',
      note: 'What leaks would show here; what V8 has not collected yet does, too.',
    },
  },
} satisfies Section
