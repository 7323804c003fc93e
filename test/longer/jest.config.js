const base = require('../../jest.config.js')

process.env.UPLOAD_RUNS ??= '1000'

/**
 * Many rounds of kill -9, every fixture app against a registry, and more runs of a test of `npm test`: minutes each, so
 * run before a release.
 */
module.exports = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/longer', '<rootDir>/test/e2e'],
  testMatch: ['<rootDir>/test/longer/*.test.ts', '<rootDir>/test/e2e/uploadProperty.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 900_000,
}
