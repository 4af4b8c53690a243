/** Standard output takes what programs read, standard error what is said to people. */
export const print = (line: string): unknown => process.stdout.write(`${line}\n`)
export const say = (line: string): unknown => process.stderr.write(`${line}\n`)
