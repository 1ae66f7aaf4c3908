import { alphabet, type Finder, type Span } from './runs.ts'
import { MARK } from './view.ts'

/** User and password after `://`, the password without or with characters that should have been encoded. */
const USERINFO = /[^\s:/?#@"'`<>]{0,128}:(?:([^\s/?#"'`<>]{1,256})|(?!\d{1,5}(?:[/?#\s]|$))([^\s"'`<>]{1,256}))@/dy
/** `user:password@tcp(host:3306)/db`, as Go's MySQL driver has it. */
const NETWORK = /@(?:tcp|unix)\(/g
const BEFORE_NETWORK = alphabet(/[^\s"'`<>]/)

/** The password in an address, `postgres://user:…@host/db`: user and host stay. */
export const findAddressPasswords: Finder = ({ text }) => {
  const spans: Span[] = []
  const add = (start: number, end: number) => {
    if (!text.startsWith(MARK, start)) spans.push({ start, end, what: 'password' })
  }
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    USERINFO.lastIndex = at + 3
    const password = USERINFO.exec(text)
      ?.indices?.slice(1)
      .find((found) => found)
    if (password) add(...password)
  }
  let upTo = 0
  for (const { index } of text.matchAll(NETWORK)) {
    let from = index
    while (from > upTo && BEFORE_NETWORK[text.charCodeAt(from - 1)] === 1) from -= 1
    upTo = index + 1
    const colon = text.slice(from, index).indexOf(':')
    if (colon > 0 && from + colon + 1 < index && text[from + colon + 1] !== '/') add(from + colon + 1, index)
  }
  return spans
}

const LOCAL = alphabet(/[\w.+%-]/)
const DOMAIN = /(?:[A-Za-z\d](?:[A-Za-z\d-]{0,61}[A-Za-z\d])?\.){1,8}[A-Za-z]{2,24}(?![\w-])/y

/** E-mail addresses, each within its line. */
export const findEmails: Finder = ({ text, isSeam }) => {
  const spans: Span[] = []
  for (let at = text.indexOf('@'); at !== -1; at = text.indexOf('@', at + 1)) {
    let start = at
    while (start > 0 && at - start < 64 && LOCAL[text.charCodeAt(start - 1)] === 1 && !isSeam(start)) start -= 1
    DOMAIN.lastIndex = at + 1
    if (start < at && DOMAIN.test(text)) spans.push({ start, end: DOMAIN.lastIndex, what: 'e-mail address' })
  }
  return spans
}
