import type { Blob } from './blobs'

export interface BucketRecord {
  name: string
  region: string
  /** ISO 8601. */
  created: string
}

/** The headers an object gives back, and its `x-cos-meta-*`, as they were sent. */
export type ObjectHeaders = Record<string, string>

export interface ObjectRecord {
  key: string
  size: number
  /** Without quotes. */
  etag: string
  /** Unsigned decimal. */
  crc64: string
  /** ISO 8601. */
  lastModified: string
  headers: ObjectHeaders
  storageClass: string
  blobs: Blob[]
}

export interface UploadRecord {
  bucket: string
  key: string
  uploadId: string
  initiated: string
  headers: ObjectHeaders
  storageClass: string
}

export interface PartRecord {
  number: number
  size: number
  etag: string
  crc64: string
  lastModified: string
  blobs: Blob[]
}
