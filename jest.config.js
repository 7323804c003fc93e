/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // They take minutes, and have configurations of their own: test/{deploy,packages,longer}/jest.config.js.
  testPathIgnorePatterns: ['/node_modules/', '/test/deploy/', '/test/packages/', '/test/longer/'],
  transform: { '\\.ts$': '<rootDir>/test/support/esbuildTransform.js' },
  moduleNameMapper: {
    '^@miniprogram-cos/(protocol|server|local-cloud|simulator)$':
      '<rootDir>/packages/$1/src/index.ts',
    '^@miniprogram-cos/simulator/preview$': '<rootDir>/packages/simulator/src/preview/index.ts',
    '^miniprogram-cos$': '<rootDir>/packages/client/src/index.ts',
    // The copy that the demo's pages use: components and `configure` must be of one copy.
    '^miniprogram-cos-components(/.*)?$':
      '<rootDir>/miniprogram/miniprogram_npm/miniprogram-cos-components$1',
  },
  // The function worker, the functions and the client as phones load it run as built files.
  globalSetup: '<rootDir>/test/support/buildOnce.ts',
  testSequencer: '<rootDir>/test/support/longestFirst.js',
  // Tests wait for conditions; only a hang reaches this.
  testTimeout: 120_000,
  // A third worker saves no time on two cores.
  maxWorkers: 2,
}
