import type { ClassicLevel } from 'classic-level'

/** The table of rows: bytes as names, JSON as values. */
export type Level = ClassicLevel<Buffer, unknown>
