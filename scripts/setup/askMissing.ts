import { isKeyForm, type Settings } from '../cloud/settings'
import { type Answers, isOfForm, KEY_QUESTIONS, QUESTIONS } from './answers'
import type { Terminal } from './terminal'

/**
 * Asks for what is not known yet, and again for what has not the form it must have.
 * @throws Error when no more answers come
 */
export async function askMissing(
  { ask }: Terminal,
  given: Partial<Answers>,
  settings: Settings,
): Promise<void> {
  const until = async (question: string, isHidden: boolean, isRight: (text: string) => boolean) => {
    for (;;) {
      const answer = await ask(question, isHidden)
      if (isRight(answer)) return answer
      console.log(isHidden ? 'That is not of its form.' : `"${answer}" is not of its form.`)
    }
  }
  for (const { name, ask: question } of QUESTIONS) {
    given[name] ??= await until(question, false, (text) => isOfForm(name, text))
  }
  for (const { name, ask: question } of KEY_QUESTIONS) {
    if (settings[name]) continue
    settings[name] = await until(question, name.endsWith('KEY'), (text) => isKeyForm(name, text))
  }
}
