const base = require('../../jest.config.js')

/** Deploy and doctor against a control plane in memory: hundreds of processes, so it is not part of `npm test`. */
module.exports = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/deploy'],
  testPathIgnorePatterns: ['/node_modules/'],
}
