/** Waits until a condition is true. @throws Error with its description after a timeout in milliseconds */
export async function until(holds: () => boolean, what: string, limit = 10_000): Promise<void> {
  const end = Date.now() + limit
  while (!holds()) {
    if (Date.now() > end) throw new Error(`after ${limit} ms still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
