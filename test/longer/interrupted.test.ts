import { killInit } from '../support/fixtureApp'

test('init is completed after each of 30 kills at random points', () => killInit(30))
