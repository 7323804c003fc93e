const base = require('../../jest.config.js')

/** The packed packages in an empty project: installs from the registry, so it is not part of `npm test`. */
module.exports = {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/packages'],
  testPathIgnorePatterns: ['/node_modules/', '/test/packages/example/'],
  testTimeout: 300_000,
}
