/** Bytes that never change once they are written, under a random id. */
export interface BlobRef {
  id: string
  size: number
}

/** A blob just written, with its digests. */
export interface WrittenBlob extends BlobRef {
  /** Lower-case hex. */
  md5: string
  /** Unsigned decimal. */
  crc64: string
}

export interface BucketRecord {
  name: string
  region: string
  /** ISO 8601. */
  created: string
  /** Undefined if it was never set. */
  versioning?: 'Enabled' | 'Suspended'
  /** @default private */
  acl?: Acl
  /** Stored in several availability zones. */
  isMultiZone?: true
  /** The documents that were put, by sub-resource (inventory: `inventory/<id>`). */
  documents?: Record<string, string>
}

/** An access control list: grants permissions on a bucket or an object. */
export interface Acl {
  /** `private`, `public-read` …; an object with `default` uses its bucket's ACL. */
  canned: string
  grants: AclGrant[]
}

export interface AclGrant {
  grantee: { id: string } | { uri: string }
  permission: 'READ' | 'WRITE' | 'READ_ACP' | 'WRITE_ACP' | 'FULL_CONTROL'
}

/** The headers that are returned with an object, including `x-cos-meta-*`. */
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
  blobs: BlobRef[]
  /** Absent in a bucket that has never had versioning; `null` for the version without an id. */
  versionId?: string
  isDeleteMarker?: true
  /** Order of versions; microseconds. */
  sequence?: number
  isAppendable?: true
  acl?: Acl
  tags?: [key: string, value: string][]
  /** Algorithm of SSE-COS; undefined if the object is not encrypted. */
  encryption?: 'AES256'
  /** The last restore of an archived object. */
  restore?: RestoreRecord
}

/** The attributes of an object other than its content. */
type ObjectDescription = Omit<
  ObjectRecord,
  'key' | 'size' | 'etag' | 'crc64' | 'lastModified' | 'blobs'
>

/** An object whose content is one blob. @param now Unix milliseconds */
export function objectOfBlob(
  key: string,
  { id, size, md5, crc64 }: WrittenBlob,
  now: number,
  description: ObjectDescription,
): ObjectRecord {
  return {
    key,
    size,
    etag: md5,
    crc64,
    lastModified: new Date(now).toISOString(),
    ...description,
    blobs: [{ id, size }],
  }
}

/** A restore of an archived object. */
export interface RestoreRecord {
  tier: RestoreTier
  /** When it was requested. All times are in Unix milliseconds. */
  requested: number
  /** When the copy becomes readable. */
  ready: number
  expiry: number
}

export type RestoreTier = 'Expedited' | 'Standard' | 'Bulk'

export interface UploadRecord {
  bucket: string
  key: string
  uploadId: string
  initiated: string
  headers: ObjectHeaders
  storageClass: string
  acl?: Acl
  tags?: [key: string, value: string][]
  encryption?: 'AES256'
}

export interface PartRecord {
  number: number
  size: number
  etag: string
  crc64: string
  lastModified: string
  blobs: BlobRef[]
}
