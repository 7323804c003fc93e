import type { Simulator } from '@miniprogram-cos/simulator'
import { createSimulatedPhone } from './phones'
import { becomePhone, type Interface } from './simulatedApp'
import { ALICE, CREDENTIALS_FUNCTION, startTestCloud, type TestCloud } from './testCloud'

export interface PhoneWithApp {
  cloud: TestCloud
  simulator: Simulator
  asked: Interface
}

/** Simulates Alice's phone in this process, connected to a local cloud. */
export async function phoneWithApp(
  options: Parameters<typeof createSimulatedPhone>[2] = {},
): Promise<PhoneWithApp> {
  const cloud = await startTestCloud({ functions: [CREDENTIALS_FUNCTION] })
  const simulator = createSimulatedPhone(cloud, ALICE, options)
  return { cloud, simulator, asked: becomePhone(simulator) }
}
