import { startLocalCloud } from '@miniprogram-cos/local-cloud'

const review = { name: 'review', file: '/absolute/path/of/the/built/review.js' }
await startLocalCloud({
  functions: [review],
  collections: ['reviews'],
  mediaCheck: {
    deliverTo: 'review',
    judge: (content) => (content.includes('forbidden') ? 'risky' : 'pass'),
  },
})
