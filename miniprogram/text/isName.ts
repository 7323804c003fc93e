/** Whether a text can be the name of a file or a folder. */
export function isName(text: string): boolean {
  return text !== '' && !/[/\\]/.test(text) && !/^\.+$/.test(text)
}
