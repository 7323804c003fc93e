/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // They start hundreds of processes and take minutes: test/deploy/jest.config.js runs them.
  testPathIgnorePatterns: ['/node_modules/', '/test/deploy/'],
  transform: { '\\.ts$': '<rootDir>/test/support/esbuildTransform.js' },
  moduleNameMapper: {
    '^@miniprogram-cos/(protocol|server|local-cloud|simulator)$':
      '<rootDir>/packages/$1/src/index.ts',
    '^@miniprogram-cos/simulator/preview$': '<rootDir>/packages/simulator/src/preview/index.ts',
    '^miniprogram-cos$': '<rootDir>/packages/client/src/index.ts',
  },
  // The function worker, the functions and the client as phones load it run as built files.
  globalSetup: '<rootDir>/test/support/buildOnce.ts',
  testTimeout: 30_000,
  maxWorkers: 2,
}
