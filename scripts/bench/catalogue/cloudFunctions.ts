import type { Section } from '../figure'

const TWO_SDKS = 'two SDKs'
const COS_STS = 'qcloud-cos-sts'

/** The key function beside the ones that people write. */
export const CLOUD_FUNCTIONS = {
  title: 'The key function',
  how: `\`cos-credentials\` as it is deployed, beside two functions as people write them, each in a process of its
own and against the same local STS: "two SDKs" requires wx-server-sdk and tencentcloud-sdk-nodejs-sts from
node_modules when it loads, as the official quick start does; "qcloud-cos-sts" requires wx-server-sdk and
qcloud-cos-sts. Both ask STS for a key at every call. A cold start is from the first line of the file to the first
key. A fifth of a CPU is what a small function has; it is made by a control group.`,
  figures: {
    'function.coldShare': {
      what: 'cold start at 0.2 CPU',
      unit: 'ms',
      better: 'less',
      peer: TWO_SDKS,
      goal: 0.4,
    },
    'function.coldShareCosSts': {
      what: 'cold start at 0.2 CPU',
      unit: 'ms',
      better: 'less',
      peer: COS_STS,
      goal: 0.4,
    },
    'function.cold': {
      what: 'cold start, CPU time',
      unit: 'ms',
      better: 'less',
      peer: TWO_SDKS,
      goal: 0.4,
    },
    'function.coldCosSts': {
      what: 'cold start, CPU time',
      unit: 'ms',
      better: 'less',
      peer: COS_STS,
      goal: 0.4,
    },
    'function.read': {
      what: 'bytes of files read for the first call',
      unit: 'KB',
      better: 'less',
      peer: TWO_SDKS,
    },
    'function.files': {
      what: 'files read for the first call',
      unit: 'files',
      better: 'less',
      peer: TWO_SDKS,
    },
    'function.warmNew': {
      what: 'warm call of a new user',
      unit: 'ms',
      better: 'less',
      peer: TWO_SDKS,
      note: 'Both ask STS, which is on this machine: in the cloud its round trip is added to both.',
    },
    'function.warm': {
      what: 'warm call of a known user',
      unit: 'ms',
      better: 'less',
      peer: TWO_SDKS,
    },
    'function.warmOwn': {
      what: 'warm call of a known user',
      unit: 'ms',
      better: 'less',
      peer: 'its own call to STS',
      isOwnPeer: true,
      goal: 0.1,
    },
    'function.stsCalls': {
      what: 'calls to STS for 1,000 calls by 100 users',
      unit: 'calls',
      better: 'less',
      peer: TWO_SDKS,
      goal: 0.1,
    },
  },
} satisfies Section
