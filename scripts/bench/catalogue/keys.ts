import type { Section } from '../figure'

const peer = 'cos-wx-sdk-v5'

/** How often a key is asked for. */
export const KEYS = {
  title: 'Key requests',
  how: `Both clients with the same \`getAuthorization\`, which takes 50 ms and gives keys of the local STS, on a
simulated phone. With \`ScopeLimit\` a key permits what was asked for and nothing else, and the local COS refuses
the rest: an upload that succeeds has asked for what it needs.`,
  figures: {
    'keys.cold': {
      what: '20 requests at once, no key yet',
      unit: 'calls',
      better: 'less',
      peer,
    },
    'keys.parts': { what: '20 parts, ScopeLimit', unit: 'calls', better: 'less', peer },
    'keys.files': {
      what: '50 files, ScopeLimit',
      unit: 'calls',
      better: 'less',
      peer,
      goal: 0.04,
    },
    'keys.lateClock': {
      what: '20 parts, a phone 5 minutes behind',
      unit: 'calls',
      better: 'less',
      peer,
    },
  },
} satisfies Section
