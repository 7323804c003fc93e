/**
 * Waits until a condition is true.
 * @throws Error with its description after 100 s, which is shorter than a test's timeout
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  limit = 100_000,
): Promise<void> {
  const end = Date.now() + limit
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`after ${limit} ms still not: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
