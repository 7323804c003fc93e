import { at } from './root'

/** The client's declarations as data, of which the API reference is made. */
export const API_MODEL = at('dist/client.api.json')
