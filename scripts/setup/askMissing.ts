import { isKeyForm, type Settings } from '../cloud/settings'
import { type Answers, isOfForm, KEY_QUESTIONS, QUESTIONS } from './answers'
import type { Terminal } from './terminal'

/**
 * Asks for what is not known yet, and again for what has not the form it must have.
 * @param find where the bucket is, once the keys are known: then nobody is asked for the region
 * @throws Error when no more answers come
 */
export async function askMissing(
  { ask }: Terminal,
  given: Partial<Answers>,
  settings: Settings,
  find: () => Promise<Partial<Answers>>,
): Promise<void> {
  const until = async (question: string, isHidden: boolean, isRight: (text: string) => boolean) => {
    for (;;) {
      const answer = await ask(question, isHidden)
      if (isRight(answer)) return answer
      console.log(isHidden ? 'That is not of its form.' : `"${answer}" is not of its form.`)
    }
  }
  const askAll = async (questions: readonly (typeof QUESTIONS)[number][]) => {
    for (const { name, ask: question } of questions) {
      given[name] ??= await until(question, false, (text) => isOfForm(name, text))
    }
  }
  await askAll(QUESTIONS.filter(({ name }) => name !== 'region'))
  for (const { name, ask: question } of KEY_QUESTIONS) {
    if (settings[name]) continue
    settings[name] = await until(question, name.endsWith('KEY'), (text) => isKeyForm(name, text))
  }
  if (given.region === undefined) Object.assign(given, await find())
  await askAll(QUESTIONS)
}
