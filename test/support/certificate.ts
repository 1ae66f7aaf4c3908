import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

/** A certificate for localhost that signed itself, good for two days: its PEM, its file, and its key. */
export async function selfSigned(folder: string): Promise<{ cert: string; key: string; file: string }> {
  const [file, keyFile] = [join(folder, 'localhost.pem'), join(folder, 'localhost-key.pem')]
  await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-keyout', keyFile, '-out', file, '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
  ])
  return { cert: await readFile(file, 'utf8'), key: await readFile(keyFile, 'utf8'), file }
}
