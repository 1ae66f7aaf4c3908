/**
 * - `not_a_backup`: the file was never one, or can't be read
 * - `damaged`: it was one; the message says where it goes wrong
 * - `newer`: a later release made it
 * - `not_empty`: there is something in the database already, or it has another schema
 */
export type BackupErrorCode = 'not_a_backup' | 'damaged' | 'newer' | 'not_empty'

/** A backup that can't be used, or a database that can't take it: what is wrong and what would be right. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
  readonly code: BackupErrorCode

  constructor(code: BackupErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
