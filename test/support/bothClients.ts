import { AT, createFakePhone, MIB, type PhoneOptions } from './fakePhone'
import { loadOfficialClient, type Untyped } from './phones'
import { type CannedAnswer, COS, KEY, setWx } from './recordingWx'

/** Scenarios that our client and cos-wx-sdk-v5 both run, under one recording `wx` and one clock. */

type Constructor = (new (options: object) => Untyped) & Untyped
/** A client around a `wx`, as freshly started. */
export type Launch = (wx: object) => Constructor

const ours: Launch = (wx) => {
  setWx(wx)
  return COS as unknown as Constructor
}
const official: Launch = (wx) =>
  loadOfficialClient<Constructor>(wx, { Promise: PromiseWithoutUnhandledRejections })

/** A client on a phone with a file `f` of four parts, sent one after the other unless told otherwise. */
export function startClient(launch: Launch, phoneOptions: PhoneOptions = {}, options: object = {}) {
  const phone = createFakePhone({ files: { f: new Uint8Array(4 * MIB) }, ...phoneOptions })
  const Client = launch(phone.wx)
  const cos = new Client({ ...KEY, ChunkParallelLimit: 1, ...options })
  return { ...phone, COS: Client, cos }
}

/** A client with these options alone: without a fixed key. */
export function startWithOptions(launch: Launch, options: object, phoneOptions?: PhoneOptions) {
  const phone = createFakePhone(phoneOptions)
  const Client = launch(phone.wx)
  return { ...phone, COS: Client, cos: new Client(options) }
}

type Callback = (answer?: unknown) => void
export type Provider = (options: Untyped, callback: Callback) => unknown

/** A getAuthorization that answers after 10 ms and counts. */
export function countingProvider(answer: (options: Untyped, count: number) => unknown) {
  let calls = 0
  const getAuthorization: Provider = (options, callback) => {
    const given = answer(options, ++calls)
    setTimeout(() => {
      try {
        callback(given)
      } catch {
        // Thrown into the app, which prints it.
      }
    }, 10)
  }
  return { getAuthorization, calls: () => calls }
}

/** A phone with a small file `f` that gets the same response to every request. */
export const answering = (canned?: CannedAnswer): PhoneOptions => ({
  files: { f: new Uint8Array(10) },
  answer: () => canned,
})

/** Starts an upload; its rejection is handled. */
export function beginUpload(
  { cos }: { cos: Untyped },
  method = 'sliceUploadFile',
  params: object = { ...AT, Key: 'k', FilePath: 'f' },
) {
  let id = ''
  const onTaskReady = (given: string) => {
    id = given
  }
  const done: Promise<unknown> = cos[method]({ ...params, onTaskReady })
  done.catch(() => {})
  return { done, id: () => id }
}

/** cos-wx-sdk-v5 loses rejections (defect 7); Jest would make them failures of the test. */
export class PromiseWithoutUnhandledRejections<T> extends Promise<T> {
  constructor(run: ConstructorParameters<typeof Promise<T>>[0]) {
    super(run)
    this.then(undefined, () => {})
  }

  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }
}

/** When each scenario begins, in seconds. */
export const NOW = 1_800_000_000

/**
 * Tests one of the 51 defects: our client must produce the right outcome, and cos-wx-sdk-v5 the known wrong
 * one in the same scenario.
 */
export function defect<Outcome>(
  number: number,
  title: string,
  scenario: (launch: Launch) => Promise<Outcome>,
  { right, wrong }: { right: unknown; wrong: unknown },
): void {
  test(`${number}: ${title}`, async () => {
    expect(await inFakeTime(() => scenario(ours))).toEqual(right)
    const theirs = await inFakeTime(() => scenario(official))
    expect(theirs).not.toEqual(right)
    expect(theirs).toEqual(wrong)
  })
}

const FAKED = { doNotFake: ['queueMicrotask', 'nextTick'] } satisfies Parameters<
  typeof jest.useFakeTimers
>[0]

function stopFakeTime() {
  jest.clearAllTimers()
  jest.useRealTimers()
  setWx()
}

async function inFakeTime<T>(run: () => Promise<T>): Promise<T> {
  jest.useFakeTimers({ ...FAKED, now: NOW * 1000 })
  try {
    return await run()
  } finally {
    stopFakeTime()
  }
}

/** Runs every test of the file with fake timers. */
export function useFakeClock(): void {
  beforeEach(() => {
    jest.useFakeTimers(FAKED)
  })
  afterEach(stopFakeTime)
}

export type Outcome<T> = { value: T; error?: undefined } | { error: Untyped; value?: undefined }
export const NEVER = 'never settles'

/** How a promise ends within two minutes of fake time. */
export async function outcomeOf<T>(promise: Promise<T>): Promise<Outcome<T> | typeof NEVER> {
  let outcome: Outcome<T> | undefined
  promise.then(
    (value) => {
      outcome = { value }
    },
    (error: unknown) => {
      outcome = { error: error as Untyped }
    },
  )
  for (let second = 0; second < 120 && !outcome; second++) await jest.advanceTimersByTimeAsync(1000)
  return outcome ?? NEVER
}

/** `resolves`, `rejects` or `never settles`. */
export async function endOf(promise: Promise<unknown>): Promise<string> {
  const outcome = await outcomeOf(promise)
  if (outcome === NEVER) return NEVER
  return outcome.error === undefined ? 'resolves' : 'rejects'
}

/** Calls with a callback; distinguishes errors that are thrown from those passed to the callback. */
export function calledBack(run: (callback: (error: unknown, data: unknown) => void) => unknown) {
  return new Promise<{ thrown?: true; error?: unknown; data?: unknown }>((resolve) => {
    try {
      run((error, data) => resolve(error ? { error } : { data }))
    } catch {
      resolve({ thrown: true })
    }
  })
}

/** A temporary key, as getAuthorization answers. */
export const temporaryKey = (more: object = {}) => ({
  TmpSecretId: 'id',
  TmpSecretKey: KEY.SecretKey,
  SecurityToken: 'token',
  StartTime: NOW,
  ExpiredTime: NOW + 1800,
  ...more,
})
