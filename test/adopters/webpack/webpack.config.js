const { resolve } = require('node:path')

module.exports = {
  mode: 'production',
  // A mini program has neither a DOM nor Node, and makes no code from text.
  target: 'es2017',
  devtool: false,
  entry: './src/app.js',
  output: {
    path: resolve(__dirname, 'dist'),
    filename: 'app.js',
    chunkFormat: 'commonjs',
    chunkLoading: false,
  },
}
