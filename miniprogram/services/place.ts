/** The folder that is open in the list of files: uploads go there. */
export const place = {
  folder: '',
  /** Something in it was renamed or deleted elsewhere. */
  isChanged: false,
}
