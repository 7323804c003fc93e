import { createSimulatedPhone } from './phones'
import { becomePhone, type Interface } from './simulatedApp'
import { ALICE, CREDENTIALS_FUNCTION, startTestCloud, type TestCloud } from './testCloud'

export interface PhoneWithApp {
  cloud: TestCloud
  asked: Interface
}

/** This process as Alice's phone, led to a local cloud. */
export async function phoneWithApp(
  options: Parameters<typeof createSimulatedPhone>[2] = {},
): Promise<PhoneWithApp> {
  const cloud = await startTestCloud({ functions: [CREDENTIALS_FUNCTION] })
  return { cloud, asked: becomePhone(createSimulatedPhone(cloud, ALICE, options)) }
}
