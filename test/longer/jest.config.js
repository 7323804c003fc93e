const base = require('../../jest.config.js')

/** Many rounds of kill -9, and every fixture app against a registry: minutes each, so run before a release. */
module.exports = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/longer'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 900_000,
}
