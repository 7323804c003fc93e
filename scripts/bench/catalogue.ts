import { CLIENT } from './catalogue/client'
import { CLOUD_FUNCTIONS } from './catalogue/cloudFunctions'
import { KEYS } from './catalogue/keys'
import { LOCAL_COS } from './catalogue/localCos'
import { NETWORK } from './catalogue/networks'
import { SIZE } from './catalogue/size'
import type { Section } from './figure'

/** All that can be measured, in the order of the report. */
export const CATALOGUE = {
  size: SIZE,
  client: CLIENT,
  keys: KEYS,
  networks: NETWORK,
  'cloud-functions': CLOUD_FUNCTIONS,
  'local-cos': LOCAL_COS,
} satisfies Record<string, Section>

export type SectionName = keyof typeof CATALOGUE

/** The name of every figure. */
export const FIGURE_IDS: string[] = Object.values(CATALOGUE).flatMap(({ figures }) =>
  Object.keys(figures),
)
