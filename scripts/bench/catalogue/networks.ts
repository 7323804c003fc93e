import type { WireOptions } from '@miniprogram-cos/simulator'
import type { About, Section } from '../figure'

interface Network {
  name: string
  /** What it is like, for a reader. */
  like: string
  wire: WireOptions
  /** Bytes of the large file that comes down; what goes up has 20 MB everywhere. */
  largeDown: number
}

/**
 * The networks. One connection of the weak one carries what TCP can where 2 % of the packets are lost, by
 * Mathis' formula: 1460 bytes / 300 ms * 1.22 / sqrt(0.02).
 */
export const NETWORKS = {
  wifi: {
    name: 'Wi-Fi',
    like: '50 Mbit/s up, 100 down, 20 ms',
    wire: { roundTrip: 20, up: 50e6, down: 100e6 },
    largeDown: 20e6,
  },
  mobile: {
    name: '4G',
    like: '10 Mbit/s up, 30 down, 60 ms, 1 % of the requests and of the answers break off',
    wire: { roundTrip: 60, up: 10e6, down: 30e6, failRate: 0.01, failRateDown: 0.01 },
    largeDown: 20e6,
  },
  weak: {
    name: 'weak 3G',
    like: '0.75 Mbit/s up, 1.6 down, 300 ms, 0.34 Mbit/s for one connection (2 % of the packets are lost), 5 % of the requests and of the answers break off',
    wire: {
      roundTrip: 300,
      up: 0.75e6,
      down: 1.6e6,
      perConnection: 0.336e6,
      failRate: 0.05,
      failRateDown: 0.05,
    },
    largeDown: 1e6,
  },
  far: {
    name: 'a far bucket',
    like: '50 Mbit/s up and down, 200 ms, 6 Mbit/s for one connection',
    wire: { roundTrip: 200, up: 50e6, down: 50e6, perConnection: 6e6 },
    largeDown: 20e6,
  },
} satisfies Record<string, Network>

export type NetworkName = keyof typeof NETWORKS
export type Work = 'up' | 'upAuto' | 'upMany' | 'down' | 'downMany'

const megabytes = (bytes: number) => `${bytes / 1e6} MB`

const WORK: Record<Work, (network: Network) => string> = {
  up: () => '20 MB up, three parts at a time',
  upAuto: () => "20 MB up, ChunkParallelLimit 'auto'",
  upMany: () => '50 files of 100 KB up, scoped keys',
  down: ({ largeDown }) => `${megabytes(largeDown)} down`,
  downMany: () => '50 files of 100 KB down, scoped keys',
}

export const WORKS = Object.keys(WORK) as Work[]

function figures() {
  const all: Partial<Record<`${NetworkName}.${Work}`, About>> = {}
  for (const name of Object.keys(NETWORKS) as NetworkName[]) {
    for (const work of WORKS) {
      all[`${name}.${work}`] = {
        what: `${NETWORKS[name].name}: ${WORK[work](NETWORKS[name])}`,
        unit: 's',
        better: 'less',
        peer: 'cos-wx-sdk-v5',
      }
    }
  }
  return all as Record<`${NetworkName}.${Work}`, About>
}

/** Uploads and downloads over slow networks. */
export const NETWORK = {
  title: 'Uploads and downloads on simulated networks',
  how: `Simulated phones with the same files on the same networks, seven times each, with the same seeds for both:
${Object.values(NETWORKS)
  .map(({ name, like }) => `${name}: ${like}`)
  .join('; ')}.
Time is that of the simulated phone, in which computing takes none, so these figures are of the network alone and
the same on every machine. A request that breaks off does so somewhere on its way; WeChat gives up after 60
seconds. A run that fails is begun again, as a user would, and its time counts. Everything that was transferred is
compared byte for byte. The official client has no \`'auto'\`: that line is beside its three parts at a time.
Scoped keys come from a function that takes 150 ms.`,
  figures: figures(),
} satisfies Section
