import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { isCancel, password, text as textPrompt } from '@clack/prompts'
import { isKeyForm, type Settings } from '../cloud/settings'
import { localizedError, t } from '../text'
import { type Answers, isValidAnswer, KEY_QUESTIONS, QUESTIONS } from './answers'

/** One question, repeated until the answer is valid. */
interface Question {
  message: string
  /** Whether to hide the answer. */
  isHidden: boolean
  isValid: (answer: string) => boolean
}

/** Asks questions. */
export interface Asker {
  /** @throws Error if the input ends */
  ask: (question: Question) => Promise<string>
  close: () => void
}

const noMoreAnswers = () =>
  localizedError('there were no more answers; nothing was changed', '没有更多输入，未做任何更改')

/** Asks on a terminal. */
export function terminalAsker(streams: { input?: Readable; output?: Writable } = {}): Asker {
  return {
    async ask({ message, isHidden, isValid }) {
      const validate = (answer = '') =>
        isValid(answer.trim()) ? undefined : t('The format is not right.', '格式不正确。')
      const answer = await (isHidden ? password : textPrompt)({ message, validate, ...streams })
      if (isCancel(answer)) throw noMoreAnswers()
      return answer.trim()
    },
    close() {},
  }
}

/** Reads answers line by line from stdin if it is not a terminal. */
export function lineAsker(): Asker {
  const lines = createInterface({ input: process.stdin })
  // Buffers lines that arrive before a question.
  const answers = lines[Symbol.asyncIterator]()
  return {
    async ask({ message, isHidden, isValid }) {
      for (;;) {
        process.stdout.write(`${message}: `)
        const { value, done } = await answers.next()
        if (done) throw noMoreAnswers()
        const answer = String(value).trim()
        process.stdout.write(isHidden ? '\n' : `${answer}\n`)
        if (isValid(answer)) return answer
        const wrong = t('is not valid.', '格式不正确。')
        console.log(isHidden ? t('The value is not valid.', wrong) : `"${answer}" ${wrong}`)
      }
    },
    close: () => lines.close(),
  }
}

/**
 * Asks for all missing answers.
 * @param lookUp looks up the region of the bucket once the keys are known, so that it need not be asked for
 * @throws Error if the input ends
 */
export async function askMissing(
  asker: Asker,
  given: Partial<Answers>,
  settings: Settings,
  lookUp: () => Promise<Partial<Answers>>,
): Promise<void> {
  const askAll = async (questions: typeof QUESTIONS) => {
    for (const { name, question } of questions) {
      given[name] ??= await asker.ask({
        message: t(question.en, question.zh),
        isHidden: false,
        isValid: (answer) => isValidAnswer(name, answer),
      })
    }
  }
  await askAll(QUESTIONS.filter(({ name }) => name !== 'region'))
  for (const { name, question } of KEY_QUESTIONS) {
    if (settings[name]) continue
    settings[name] = await asker.ask({
      message: t(question.en, question.zh),
      isHidden: name.endsWith('KEY'),
      isValid: (answer) => isKeyForm(name, answer),
    })
  }
  if (given.region === undefined) Object.assign(given, await lookUp())
  await askAll(QUESTIONS)
}
