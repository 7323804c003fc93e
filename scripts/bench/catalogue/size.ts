import type { Section } from '../figure'

const OFFICIAL = 'cos-wx-sdk-v5'

/** What an app's package grows by. */
export const SIZE = {
  title: 'Package size',
  how: `An app of one empty page gets one client and is built by WeChat's own tools (\`miniprogram-ci\`): the
files that "Build npm" makes and the app requires, and how much larger the package is that would be uploaded than
that of the same app without a client. WeChat compiles that one to ES5 (\`es6\` and \`enhance\`) with helpers that an
app has once, and leaves out what nothing requires (\`ignoreUploadUnusedFiles\`). The official client is ES5 already. 1 KB is 1024 bytes, as DevTools counts.`,
  figures: {
    'size.client': {
      what: 'the client, as "Build npm" makes it',
      unit: 'KB',
      better: 'less',
      peer: OFFICIAL,
    },
    'size.upload': {
      what: 'the client that only uploads, as "Build npm" makes it',
      unit: 'KB',
      better: 'less',
      peer: OFFICIAL,
    },
    'size.clientUploaded': {
      what: 'the uploaded package grows by, with the client',
      unit: 'KB',
      better: 'less',
      peer: OFFICIAL,
    },
    'size.uploadUploaded': {
      what: 'the uploaded package grows by, with the client that only uploads',
      unit: 'KB',
      better: 'less',
      peer: OFFICIAL,
    },
    'size.demo': {
      what: 'the demo app as it would be uploaded',
      unit: 'KB',
      better: 'less',
    },
  },
} satisfies Section
