/** The characters that XML has names for, and the names, in the same order. */
export const NAMED = `&<>"'`
export const NAMES = ['amp', 'lt', 'gt', 'quot', 'apos']
