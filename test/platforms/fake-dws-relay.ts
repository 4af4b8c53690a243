/**
 * Stands in for `dws event consume … -f ndjson` with a platform behind it: writes what the relay on the port of its
 * argument says, and leaves as the CLI does when its standard input ends. Started by the tests, never imported.
 */
import { connect } from 'node:net'

const socket = connect(Number(process.argv[2]), '127.0.0.1')
// Whoever is cut off at once has not listened.
socket.once('data', () => process.stderr.write('[event] ready event_key=user_im_message_receive_group_all\n'))
socket.on('error', () => process.exit(1))
socket.pipe(process.stdout)
// What the platform has sent by then is still written.
process.stdin.on('end', () => socket.end())
process.stdin.resume()
socket.on('close', () => process.stdin.destroy())
