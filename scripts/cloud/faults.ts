import { BUCKET_FAULTS } from './faults/bucketFaults'
import { DESK_FAULTS } from './faults/deskFaults'
import { FUNCTION_FAULTS } from './faults/functionFaults'
import { KEY_FAULTS } from './faults/keyFaults'

/** All that setup, deploy and doctor can find, by code. */
export const FAULTS = { ...DESK_FAULTS, ...KEY_FAULTS, ...FUNCTION_FAULTS, ...BUCKET_FAULTS }

export type FaultCode = keyof typeof FAULTS
