const COS = require('miniprogram-cos')

const cos = COS.cloud()

/** The posts, each with what `<image src>` takes: `photo` is a fileID before the migration, a key after it. */
function withUrls(posts) {
  return Promise.all(posts.map(async (post) => ({ ...post, src: await cos.resolve(post.photo) })))
}

module.exports = { withUrls }
