/** The one setting of this app: the cloud function that hands out keys. */
export const FUNCTION_NAME = 'cos-credentials'
