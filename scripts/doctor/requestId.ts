/** What an id tells by its form. */
export type RequestId =
  /** Of COS: base64 of its second in hex, `_`, and more. */
  | { kind: 'cos'; time: Date }
  /** Of an API of Tencent Cloud, or of a function's call. */
  | { kind: 'call' }

/** Reads a bare id; undefined when the text is none. */
export function readRequestId(text: string): RequestId | undefined {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return { kind: 'call' }
  // Document 436/41623: it begins with N, has 30 characters or more, and is base64.
  if (!/^N[\w+/-]{29,}={0,2}$/.test(text)) return undefined
  const [, seconds] = /^([0-9a-f]{8})_/.exec(Buffer.from(text, 'base64').toString('latin1')) ?? []
  if (seconds === undefined) return undefined
  return { kind: 'cos', time: new Date(Number.parseInt(seconds, 16) * 1000) }
}
