/** One thing that happened between a phone and the cloud, for the panel beside the phones. */
export interface Activity {
  /** ISO time. */
  time: string
  /** The phone's name, or who else it was. */
  who: string
  /** `putObject`, `getBucket`, or a function's name. */
  operation: string
  /** What it was about: a key, a prefix, nothing. */
  key: string
  status: number
  /** COS's error code. */
  code?: string
  /** Which rule allowed or refused it. */
  decision?: string
  milliseconds: number
}
