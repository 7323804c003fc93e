import { createStorage } from '../../storage/storage'

const NAME = 'storage'

/** wx storage in the browser's own. */
export const storage = createStorage({
  load: () => JSON.parse(localStorage.getItem(NAME) ?? '{}'),
  save: (data) => localStorage.setItem(NAME, JSON.stringify(data)),
})
