/** What the id of a pressed button begins with, which adapters make up since platforms give it none. */
export const PRESS = 'press-'
